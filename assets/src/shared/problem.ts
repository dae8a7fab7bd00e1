/** What went wrong, for `ProblemCard.svelte`. Each page finds its own words for it. */

/** What can be tried from the card. */
export type Remedy = "retry" | "local" | "server";

export interface Problem {
  code: string;
  title: string;
  text: string;
  remedies: readonly Remedy[];
  /** A page of another site that may help, opened in a tab of its own. */
  link?: { href: string; words: string };
}

/** An error's message as a sentence. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
