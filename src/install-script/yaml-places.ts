import { isCollection, isScalar, Scalar, visit } from 'yaml';
import { parseAutoinstall } from './autoinstall-document.ts';
import { DERIVED_PLACEHOLDERS } from './options/derived-values.ts';
import type { Placeholder } from './render-script.ts';

/** What is wrong with a value where its placeholder stands, as the end of a sentence. */
type Finder = (placeholder: Placeholder, value: string) => string | undefined;

/** Letters that no script has, so that each placeholder is found again in the parsed text. */
const token = (index: number): string => `KilnPlaceholder${index}x`;

/** Tells values that would not stay within the YAML scalar around their placeholder. Says nothing of a text that is no YAML. */
export function yamlPlaces(text: string, placeholders: readonly Placeholder[]): Finder {
  let [filled, at] = ['', 0];
  for (const [index, { offset, length }] of placeholders.entries()) {
    filled += text.slice(at, offset) + token(index);
    at = offset + length;
  }
  const { document, errors } = parseAutoinstall(filled + text.slice(at));
  if (errors.length > 0) return () => undefined;
  const scalars: Scalar[] = [];
  visit(document, { Scalar: (_, node) => void scalars.push(node) });
  return ({ name, offset }, value) => {
    const word = token(placeholders.findIndex((each) => each.offset === offset));
    const around = scalars.find((each) => String(each.value).includes(word));
    return around && faultIn(around, { name, value, alone: around.value === word });
  };
}

function faultIn(
  { type }: Scalar,
  { name, value, alone }: { readonly name: string; readonly value: string; readonly alone: boolean },
): string | undefined {
  if (type === Scalar.QUOTE_DOUBLE && /["\\]/.test(value))
    return 'its value holds a double quote or a backslash and stands between double quotes; put the line into a block (|)';
  if (type === Scalar.QUOTE_SINGLE && value.includes("'"))
    return 'its value holds a single quote and stands between single quotes; put the line into a block (|)';
  if (type !== Scalar.PLAIN || value === '' || DERIVED_PLACEHOLDERS.has(name)) return undefined;
  const stays = alone ? isOneScalar(value) : !/:(?:\s|$)|(?:^|\s)#/.test(value);
  return stays
    ? undefined
    : 'its value does not stay one text in YAML; put what it stands in between double quotes';
}

/** Within a list or map of one line. */
function isOneScalar(value: string): boolean {
  const { document, errors } = parseAutoinstall(`[${value}]`);
  const { contents } = document;
  if (errors.length > 0 || !isCollection(contents)) return false;
  const [only, ...more] = contents.items;
  return more.length === 0 && isScalar(only) && contents.range?.[1] === value.length + 2;
}
