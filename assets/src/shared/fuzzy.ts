/** Finds by a few letters: they appear in order, and the better the closer they are together and to beginnings of words. */

export interface Match {
  score: number;
  /** Places of the letters in the text. */
  places: number[];
}

const beginning = 8;
const together = 5;
const skipped = 0.2;

function startsWord(text: string, at: number): boolean {
  return at === 0 || /[\s,:/(-]/.test(text[at - 1] ?? "");
}

/** `undefined`: the letters are not in it. No letters match everything alike. */
export function match(query: string, text: string): Match | undefined {
  const letters = query.toLowerCase().replace(/\s+/g, "");
  const lower = text.toLowerCase();
  if (letters === "") return { score: 0, places: [] };
  let best: Match | undefined;
  // Each place of the first letter is a try of its own; the rest goes to the next beginning of a word, or is next.
  for (
    let from = lower.indexOf(letters[0] as string);
    from >= 0;
    from = lower.indexOf(letters[0] as string, from + 1)
  ) {
    const found = follow(letters, lower, from);
    if (found && (!best || found.score > best.score)) best = found;
  }
  return best;
}

function follow(letters: string, text: string, from: number): Match | undefined {
  const places = [from];
  let score = 1 + (startsWord(text, from) ? beginning : 0) - from * skipped;
  for (const letter of letters.slice(1)) {
    const last = places.at(-1) as number;
    let at = last + 1;
    if (text[at] !== letter) {
      at = text.indexOf(letter, at);
      for (let next = at; next >= 0; next = text.indexOf(letter, next + 1)) {
        if (!startsWord(text, next)) continue;
        at = next;
        break;
      }
    }
    if (at < 0) return undefined;
    score += 1 + (at === last + 1 ? together : 0) + (startsWord(text, at) ? beginning : 0) - (at - last - 1) * skipped;
    places.push(at);
  }
  return { score, places };
}
