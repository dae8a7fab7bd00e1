/**
 * Writes `name.br` and `name.gz` beside each file of the built pages that compression helps, so that the server sends
 * ready bytes and never compresses in a request. Pictures and other compressed formats are left alone, and so is a
 * file that would not shrink.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, stat, unlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const compressible = /\.(css|html|js|json|map|mjs|svg|txt|wasm|webmanifest|xml)$/;
/** Smaller files fit one packet either way. */
const smallest = 512;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

async function* files(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (entry.isFile()) yield path;
  }
}

/** Quality 11 takes ten seconds for a codec, so what was compressed once is kept by the digest of its bytes. */
async function once(cache: string, name: string, make: () => Promise<Buffer>): Promise<Buffer> {
  const path = join(cache, name);
  const kept = await readFile(path).catch(() => undefined);
  if (kept) return kept;
  const made = await make();
  await mkdir(cache, { recursive: true });
  await writeFile(path, made);
  return made;
}

async function keep(path: string, packed: Buffer, length: number): Promise<void> {
  if (packed.length < length) await writeFile(path, packed);
  else await unlink(path).catch(() => undefined);
}

/** Compresses what lies in `folder`, with `cache` for what it compressed before. */
export async function precompress(folder: string, cache: string): Promise<void> {
  for await (const path of files(folder)) {
    if (!compressible.test(path)) continue;
    const bytes = await readFile(path);
    if (bytes.length < smallest) continue;
    const digest = createHash("sha256").update(bytes).digest("hex");
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      [constants.BROTLI_PARAM_LGWIN]: 24,
    };
    await keep(`${path}.br`, await once(cache, `${digest}.br`, () => brotli(bytes, { params })), bytes.length);
    await keep(`${path}.gz`, await once(cache, `${digest}.gz`, () => zip(bytes, { level: 9 })), bytes.length);
  }
}

/** The Vite plugin: runs once the bundle and the public files are written. */
export function precompressed(): Plugin {
  let folder = "dist";
  let cache = ".";
  return {
    name: "locus-precompressed",
    apply: "build",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
      cache = join(config.root, "node_modules", ".cache", "precompressed");
    },
    closeBundle: {
      order: "post",
      sequential: true,
      async handler() {
        if (await stat(folder).catch(() => undefined)) await precompress(folder, cache);
      },
    },
  };
}
