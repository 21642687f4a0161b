/** A word of a recipe, and where it begins. */
export type RecipeWord = { readonly said: string; readonly offset: number };

/** What a recipe says of one partition. */
export type RecipeStanza = {
  readonly first: RecipeWord;
  readonly words: readonly RecipeWord[];
  readonly text: string;
};

export type RecipeParts = {
  readonly stanzas: readonly RecipeStanza[];
  /** Without its closing period: nothing comes of it. */
  readonly open: RecipeStanza | undefined;
};

/** Takes a recipe apart as partman-auto does (decode_recipe in recipes.sh), which looks at words between blanks alone. */
export function recipeParts(recipe: string): RecipeParts {
  const stanzas: RecipeStanza[] = [];
  let words: RecipeWord[] = [];
  for (const { 0: said, index: offset } of recipe.replaceAll('\\\n', '  ').matchAll(/\S+/g)) {
    if (/^::?$/.test(said)) words = [];
    else if (said !== '.') words.push({ said, offset });
    else {
      stanzas.push(...stanzaOf(words));
      words = [];
    }
  }
  return { stanzas, open: stanzaOf(words)[0] };
}

function stanzaOf(words: readonly RecipeWord[]): readonly RecipeStanza[] {
  const [first] = words;
  return first === undefined ? [] : [{ first, words, text: words.map(({ said }) => said).join(' ') }];
}
