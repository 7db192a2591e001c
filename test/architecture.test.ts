/** The shape of the project: imports point down, there is no circle, each package is imported in its one home, and files stay small. */
import * as fs from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** From the top to the bottom; the parts of one line do not import each other. */
const layers: readonly (readonly string[])[] = [
  ['repl', 'cli', 'lessons'],
  ['view'],
  ['translate', 'observe'],
  ['container'],
  ['image'],
  ['steps'],
  ['network', 'cgroup'],
  ['spec'],
  ['kernel'],
];

/** Packages that have one home. */
const homes: Readonly<Record<string, string>> = { 'ffi-rs': 'src/kernel/libc.ts', 'cli-table3': 'src/view/table.ts' };

const LIMIT = 250;

interface Source {
  path: string;
  text: string;
  /** Paths of ours, from the root. */
  imports: string[];
  /** Those that are loaded with it: not the types only, not what is loaded when it is needed. */
  loaded: string[];
  packages: string[];
}

const loading = /(?:^|\n)(?:import|export)\s(?!type\s)(?:[^'";]*?\sfrom\s)?\s*'([^']+)'/g;
const importing = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*'([^']+)'|\bimport\('([^']+)'\)/g;

function read(path: string): Source {
  const text = fs.readFileSync(join(root, path), 'utf8');
  const specifiers = [...text.matchAll(importing)].map((it) => (it[1] ?? it[2])!);
  const ours = (names: string[]): string[] =>
    names.filter((it) => it.startsWith('.')).map((it) => relative(root, join(root, dirname(path), it)));
  return {
    path,
    text,
    imports: ours(specifiers),
    loaded: ours([...text.matchAll(loading)].map((it) => it[1]!)),
    packages: specifiers.filter((it) => !it.startsWith('.') && !it.startsWith('node:')),
  };
}

const sourcesIn = (directory: string): Source[] =>
  fs
    .readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs|js)$/.test(name))
    .map((name) => read(join(directory, name)));

const sources = sourcesIn('src');
const byPath = new Map(sources.map((it) => [it.path, it]));

/** `kernel` for src/kernel/x.ts; undefined for src/index.ts and its like, which may import everything. */
const partOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1];

describe('the layers', () => {
  test('every folder of src is in one of them', () => {
    const parts = new Set(sources.map((it) => partOf(it.path)).filter((it) => it !== undefined));
    expect([...parts].filter((it) => !layers.flat().includes(it))).toEqual([]);
  });

  test('imports point down', () => {
    const level = (part: string): number => layers.findIndex((it) => it.includes(part));
    const wrong = sources.flatMap((source) => {
      const part = partOf(source.path);
      if (part === undefined) return [];
      return source.imports
        .map((it) => [it, partOf(it)] as const)
        .filter(([it, other]) => {
          // What a person touches may offer the public interface.
          if (it === 'src/index.ts') return level(part) > 0;
          return other !== part && (other === undefined || level(other) <= level(part));
        })
        .map(([it]) => `${source.path} imports ${it}`);
    });
    expect(wrong).toEqual([]);
  });

  test('the public interface offers nothing of what a person touches', () => {
    const offered = byPath.get('src/index.ts')!.imports.map(partOf);
    expect(offered.filter((it) => it !== undefined && layers[0]!.includes(it))).toEqual([]);
  });

  test('every import of ours exists', () => {
    const missing = sources.flatMap((source) =>
      source.imports.filter((it) => !fs.existsSync(join(root, it))).map((it) => `${source.path} imports ${it}`),
    );
    expect(missing).toEqual([]);
  });

  test('there is no circle', () => {
    const circles: string[] = [];
    const finished = new Set<string>();
    const visit = (path: string, way: string[]): void => {
      if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' → '));
      else if (!finished.has(path)) {
        for (const it of byPath.get(path)?.loaded ?? []) visit(it, [...way, path]);
        finished.add(path);
      }
    };
    for (const { path } of sources) visit(path, []);
    expect(circles).toEqual([]);
  });

  test('steps import no steps, but for the list and the bases', () => {
    const isStep = (path: string): boolean =>
      /\n {4}name: /.test(byPath.get(path)?.text ?? '') && /: Step\b/.test(byPath.get(path)?.text ?? '');
    const wrong = sources
      .filter((it) => it.path.startsWith('src/steps/') && isStep(it.path))
      .flatMap((source) => source.imports.filter(isStep).map((it) => `${source.path} imports ${it}`));
    expect(wrong).toEqual([]);
  });

  test.each(['playground', 'scripts'])('%s uses the public interface only', (directory) => {
    const wrong = sourcesIn(directory).flatMap((source) =>
      source.imports
        .filter((it) => it.startsWith('src/') || it.startsWith('dist/'))
        .map((it) => `${source.path} imports ${it}`),
    );
    expect(wrong).toEqual([]);
  });
});

test.each(Object.entries(homes))('%s is imported in %s only', (name, home) => {
  const importers = sources.filter((it) => it.packages.some((one) => one === name || one.startsWith(`${name}/`)));
  expect(importers.map((it) => it.path).filter((it) => it !== home)).toEqual([]);
});

test(`no file of src is longer than ${LIMIT} lines`, () => {
  const long = sources
    .map(({ path, text }) => [path, text.split('\n').length - 1] as const)
    .filter(([, lines]) => lines > LIMIT);
  expect(long).toEqual([]);
});

test('every file of src begins with what it is about', () => {
  expect(sources.filter((it) => !/^(#!.*\n)?\/\*\*/.test(it.text)).map((it) => it.path)).toEqual([]);
});
