/** As much of a PDF as Chromium writes it (plain objects, text by glyph with a map to characters) as a test wants to know. */
import { inflateSync } from "node:zlib";

export interface ReadPdf {
  readonly pages: number;
  /** Width and height of the first page in millimetres. */
  readonly size: readonly [number, number];
  /** Everything that is written, in drawing order, without spaces: where a line breaks there may be none. */
  readonly text: string;
}

interface PdfObject {
  readonly head: string;
  readonly stream: Buffer | null;
}

export function readPdf(bytes: Buffer): ReadPdf {
  if (bytes.subarray(0, 5).toString("latin1") !== "%PDF-") throw new Error("this is no PDF");
  const objects = objectsOf(bytes);
  const pages = [...objects.values()].filter(({ head }) => /\/Type\s*\/Page\b(?!s)/.test(head));
  const [, , , width = "0", height = "0"] =
    /\/MediaBox\s*\[([\d.-]+) ([\d.-]+) ([\d.-]+) ([\d.-]+)\]/.exec(pages[0]?.head ?? "") ?? [];
  const millimetres = (points: string): number => Math.round((Number(points) / 72) * 25.4);
  return {
    pages: pages.length,
    size: [millimetres(width), millimetres(height)],
    text: pages
      .map((page) => textOf(page, objects))
      .join("")
      .replaceAll(/\s+/g, ""),
  };
}

function objectsOf(bytes: Buffer): Map<string, PdfObject> {
  const text = bytes.toString("latin1");
  const objects = new Map<string, PdfObject>();
  for (const { 1: id, index } of text.matchAll(/(?:^|\n)(\d+) 0 obj\b/g)) {
    const end = text.indexOf("endobj", index);
    const at = text.indexOf("stream\n", index);
    const hasStream = at !== -1 && at < end;
    const head = text.slice(index, hasStream ? at : end);
    const length = Number(/\/Length (\d+)/.exec(head)?.[1] ?? 0);
    const stream = hasStream ? bytes.subarray(at + 7, at + 7 + length) : null;
    objects.set(id!, { head, stream: stream && head.includes("FlateDecode") ? inflateSync(stream) : stream });
  }
  return objects;
}

function textOf({ head }: PdfObject, objects: ReadonlyMap<string, PdfObject>): string {
  const fonts = new Map(
    [...(/\/Font\s*<<([^>]*)>>/.exec(head)?.[1] ?? "").matchAll(/\/(\w+) (\d+) 0 R/g)].map(([, name, id]) => {
      const map = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id!)?.head ?? "")?.[1];
      return [name!, charactersOf(objects.get(map ?? "")?.stream?.toString("latin1") ?? "")] as const;
    }),
  );
  const contents = [...(/\/Contents (?:\[([^\]]*)\]|(\d+ 0 R))/.exec(head) ?? [])].slice(1).join(" ");
  const drawn = [...contents.matchAll(/(\d+) 0 R/g)].map(
    ([, id]) => objects.get(id!)?.stream?.toString("latin1") ?? "",
  );
  let font: ReadonlyMap<string, string> = new Map();
  let text = "";
  for (const [, name, hex] of drawn.join("\n").matchAll(/\/(\w+) [\d.]+ Tf|<([0-9A-Fa-f]+)>/g)) {
    if (name !== undefined) font = fonts.get(name) ?? new Map();
    else for (const glyph of hex!.match(/.{4}/g) ?? []) text += font.get(glyph.toUpperCase()) ?? "";
  }
  return text;
}

/** A ligature as the letters that it joins. */
const apart = (text: string): string => text.replaceAll(/[ﬀ-ﬆ]/g, (ligature) => ligature.normalize("NFKD"));

/** Glyph, as four hexadecimal digits, to what it stands for. */
function charactersOf(map: string): Map<string, string> {
  const found = new Map<string, string>();
  const word = (hex: string): string => Buffer.from(hex, "hex").swap16().toString("utf16le");
  const code = (value: number): string => value.toString(16).toUpperCase().padStart(4, "0");
  for (const [, body] of map.matchAll(/beginbfchar([\s\S]*?)endbfchar/g)) {
    for (const [, glyph, to] of body!.matchAll(/<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>/g)) {
      found.set(glyph!.toUpperCase(), apart(word(to!)));
    }
  }
  for (const [, body] of map.matchAll(/beginbfrange([\s\S]*?)endbfrange/g)) {
    for (const [, first, last, to] of body!.matchAll(/<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>/g)) {
      for (let glyph = parseInt(first!, 16); glyph <= parseInt(last!, 16); glyph++) {
        found.set(code(glyph), apart(String.fromCharCode(parseInt(to!, 16) + glyph - parseInt(first!, 16))));
      }
    }
  }
  return found;
}
