/** Why an image is refused: a stable code, and the words after the file's name. */
export type ImageProblem = { readonly code: string; readonly what: string };

export function problem(code: string, what: string): ImageProblem {
  return { code, what };
}
