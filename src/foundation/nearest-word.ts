/**
 * The candidate a mistyped word most likely meant, or undefined when none is close: at most a third of its letters wrong (one of two
 * or three), and at most three. Distance: optimal string alignment (a swap of neighbours counts as one).
 */
export function nearestWord(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(typed, candidate);
    const limit = mostWrong(Math.max(typed.length, candidate.length));
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate;
}

function mostWrong(letters: number): number {
  return letters < 2 ? 0 : Math.min(3, Math.max(1, Math.floor(letters / 3)));
}

/** Those that most look like a word; of words that look like none, these are the short ones. */
export function nearestFirst(word: string, candidates: Iterable<string>): string[] {
  const typed = word.toLowerCase();
  const measured = [...candidates].map((candidate) => ({
    candidate,
    distance: editDistance(typed, candidate),
  }));
  return measured.sort((a, b) => a.distance - b.distance).map(({ candidate }) => candidate);
}

/** ` Did you mean "x"?`, or nothing. */
export function suggestion(word: string, candidates: Iterable<string>): string {
  const nearest = nearestWord(word, candidates);
  return nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
}

/** Words longer than this are no typing mistakes; also bounds the work for hostile input. */
const LONGEST = 64;

function editDistance(a: string, b: string): number {
  if (Math.max(a.length, b.length) > LONGEST) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(last, j) + 1,
          at(row, j - 1) + 1,
          at(last, j - 1) + same,
          swapped ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
