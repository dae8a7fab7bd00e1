/**
 * Finishes the service worker of the pages (`src/service-worker.ts`): writes into it which files the build has, what each
 * of them contains, and which of them the pages are made of. So the worker differs whenever anything differs, which is
 * how browsers learn of a new build, and nothing gets into its cache that is not of this build.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import type { Plugin } from "vite";

/** Where the worker lies: it looks after what is beside and below it. */
export const worker = "service-worker.js";
/** Stands in the worker's code for the list. */
const placeholder = "__BUILD__";
/** What would be downloaded for nothing by most visitors: the codec, of which their browser uses one build if any, and large samples. */
const later = /^(codec\/(?!estimates-)[^/]+\/|samples\/[^/]+\.(?!json$))/;

async function list(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const files: Record<string, string> = {};
  for (const path of paths.sort()) {
    const name = relative(folder, path).split(sep).join("/");
    if (name === worker || /\.(br|gz)$/.test(name) || name.startsWith(".")) continue;
    files[name] = createHash("sha256")
      .update(await readFile(path))
      .digest("base64");
  }
  return files;
}

/** Writes the list of what lies in `folder` into the worker there. */
export async function finish(folder: string): Promise<void> {
  const path = join(folder, worker);
  const code = await readFile(path, "utf8");
  if (!code.includes(placeholder)) throw new Error(`${path} has no place for the list of files`);
  const files = await list(folder);
  const pages = Object.keys(files).filter((name) => !later.test(name));
  const id = createHash("sha256").update(code).update(JSON.stringify(files)).digest("hex").slice(0, 16);
  const build = JSON.stringify({ id, files, pages });
  await writeFile(
    path,
    code.replace(placeholder, () => build),
  );
}

/** The Vite plugin: runs once the bundle, the public files and the samples are written. */
export function offline(): Plugin {
  let folder = "dist";
  return {
    name: "locus-offline",
    apply: "build",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      sequential: true,
      handler: () => finish(folder),
    },
  };
}
