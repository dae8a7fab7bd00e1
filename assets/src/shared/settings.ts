/** Small choices that outlive a visit. Where storage is refused, they last as long as the page. */
const prefix = "locus.";

export function remembered<T extends string>(name: string, allowed: readonly T[], otherwise: T): T {
  try {
    const value = localStorage.getItem(prefix + name);
    return allowed.find((each) => each === value) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(prefix + name, value);
  } catch {
    // Private windows may refuse; the choice then ends with the page.
  }
}
