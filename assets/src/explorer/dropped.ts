/** Files that are dropped on the explorer: a poster leads to its view, a gradient colours what is shown. */
import { type Address, read } from "./url.ts";

export interface Takers {
  visit(address: Address): void;
  gradient(file: File): Promise<void>;
}

/** What became of a file, in a sentence; what is needed to read it is loaded now. */
export async function takeFile(file: File, { visit, gradient }: Takers): Promise<string> {
  const { endings } = await import("./colours/files.ts");
  if (endings.some((ending) => file.name.toLowerCase().endsWith(ending))) {
    try {
      await gradient(file);
      return `Colours of ${file.name}`;
    } catch (error) {
      return `${file.name}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  const { readParameters } = await import("./poster/parameters.ts");
  const parameters = await readParameters(file);
  // Whoever made the file may have written anything.
  const view = (parameters as { view?: unknown } | undefined)?.view;
  const address = typeof view === "string" ? read(view) : undefined;
  if (!address)
    return `${file.name} says no view: drop a poster that was made here, or a gradient (${endings.join(", ")})`;
  visit(address);
  return `The view of ${file.name}`;
}
