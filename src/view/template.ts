/**
 * `--format`: `json`, or a small part of Go's templates: text with `{{.Name}}`, `{{.State.Status}}`, `{{json .}}`, `{{json .Labels}}`, `{{upper .X}}`, `{{lower .X}}`, `{{len .X}}`, `{{.Label "key"}}`,
 * `{{index .Map "key"}}`, `{{join .List ","}}`, `{{range .List}}…{{end}}`, `{{if .X}}…{{else}}…{{end}}`, and `\t` `\n` written out.
 */
import { UsageError } from '../kernel/errors.ts';

type Value = unknown;
type Scope = { dot: Value; root: Value };
type Node = (scope: Scope) => string;

const remedy = 'write --format json, or fields as {{.ID}} (see --help for their names)';
const wrong = (text: string, why: string): UsageError =>
  new UsageError(`--format: ${why} in ${JSON.stringify(text)}`, { remedy });

const shown = (value: Value): string => {
  if (value === undefined || value === null) return '<no value>';
  if (Array.isArray(value)) return `[${value.map(shown).join(' ')}]`;
  if (typeof value === 'object')
    return `map[${Object.entries(value)
      .map(([key, it]) => `${key}:${shown(it)}`)
      .join(' ')}]`;
  return String(value);
};

const isTrue = (value: Value): boolean =>
  Array.isArray(value)
    ? value.length > 0
    : typeof value === 'object' && value !== null
      ? Object.keys(value).length > 0
      : Boolean(value);

const functions: Record<string, (...args: Value[]) => Value> = {
  json: (value) => JSON.stringify(value) ?? 'null',
  upper: (value) => shown(value).toUpperCase(),
  lower: (value) => shown(value).toLowerCase(),
  title: (value) => shown(value).replace(/\b\w/g, (it) => it.toUpperCase()),
  len: (value) => (typeof value === 'string' || Array.isArray(value) ? value.length : Object.keys(value ?? {}).length),
  index: (value, key) => own(value, shown(key)),
  join: (value, separator) => (Array.isArray(value) ? value.map(shown).join(shown(separator)) : shown(value)),
  split: (value, separator) => shown(value).split(shown(separator)),
  println: (...values) => `${values.map(shown).join(' ')}\n`,
  not: (value) => !isTrue(value),
  eq: (a, b) => shown(a) === shown(b),
  ne: (a, b) => shown(a) !== shown(b),
};

/** Own properties only: nothing of JavaScript's shines through. */
function own(value: Value, key: string): Value {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, Value>)[key];
}

const term = /\s*("(?:[^"\\]|\\.)*"|\$?\.[\w.]*|\$|-?\d+|[a-z]\w*)\s*/y;

function terms(text: string): string[] {
  const found: string[] = [];
  term.lastIndex = 0;
  while (term.lastIndex < text.length) {
    const match = term.exec(text);
    if (!match) throw wrong(`{{${text}}}`, 'something that is not understood');
    found.push(match[1]!);
  }
  return found;
}

function termValue(word: string, strict: boolean): (scope: Scope) => Value {
  if (word.startsWith('"')) return () => JSON.parse(word);
  if (/^-?\d/.test(word)) return () => Number(word);
  const fromRoot = word.startsWith('$');
  const path = word.replace('$', '').split('.').filter(Boolean);
  return ({ dot, root }) =>
    path.reduce<Value>(
      (value, key) => {
        if (strict && (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)))
          throw wrong(`{{${word}}}`, `there is no field ${JSON.stringify(key)}`);
        return own(value, key);
      },
      fromRoot ? root : dot,
    );
}

/** `.Field`, or a function and its arguments; parts joined by `|`. */
function expression(text: string): (scope: Scope) => Value {
  const parts = text.split('|').map((it) => terms(it));
  return (scope) =>
    parts.reduce<{ value: Value }>(
      (before, [first, ...rest], i) => {
        const piped = i > 0 ? [before.value] : [];
        if (first === undefined) throw wrong(`{{${text}}}`, 'nothing');
        if (/^[a-z]/.test(first)) {
          if (!Object.hasOwn(functions, first)) throw wrong(`{{${text}}}`, `there is no function ${first}`);
          return { value: functions[first]!(...rest.map((it) => termValue(it, false)(scope)), ...piped) };
        }
        // {{.Label "key"}} is a method in Docker.
        if (first === '.Label' && rest.length === 1)
          return { value: own(own(scope.dot, 'labels') ?? {}, String(termValue(rest[0]!, false)(scope))) ?? '' };
        if (rest.length > 0) throw wrong(`{{${text}}}`, `${first} takes no arguments`);
        return { value: termValue(first, true)(scope) };
      },
      { value: undefined },
    ).value;
}

type Token = { text: string; code?: never } | { code: string; text?: never };

function tokens(template: string): Token[] {
  return template
    .split(/(\{\{-?.*?-?\}\})/s)
    .filter(Boolean)
    .map((part) => {
      const code = /^\{\{-?\s*(.*?)\s*-?\}\}$/s.exec(part)?.[1];
      if (code === undefined && part.includes('{{')) throw wrong(template, 'an unclosed {{');
      return code === undefined ? { text: part } : { code };
    });
}

function block(queue: Token[], ends: readonly string[], template: string): { node: Node; end: string } {
  const nodes: Node[] = [];
  const all: Node = (scope) => nodes.map((it) => it(scope)).join('');
  for (let token = queue.shift(); token; token = queue.shift()) {
    if (token.text !== undefined) {
      const { text } = token;
      nodes.push(() => text);
      continue;
    }
    const [word = '', ...rest] = token.code.split(/\s+/);
    if (ends.includes(word)) return { node: all, end: word };
    if (word === 'range' || word === 'if') nodes.push(compound(word, rest.join(' '), queue, template));
    else {
      const value = expression(token.code);
      nodes.push((scope) => shown(value(scope)));
    }
  }
  if (ends.length > 0) throw wrong(template, 'no {{end}}');
  return { node: all, end: '' };
}

function compound(word: 'range' | 'if', condition: string, queue: Token[], template: string): Node {
  const value = expression(condition);
  const first = block(queue, ['end', 'else'], template);
  const otherwise = first.end === 'else' ? block(queue, ['end'], template).node : () => '';
  if (word === 'if') return (scope) => (isTrue(value(scope)) ? first.node(scope) : otherwise(scope));
  return (scope) => {
    const list = value(scope);
    const items = Array.isArray(list) ? list : Object.values(list ?? {});
    return items.length > 0 ? items.map((dot) => first.node({ ...scope, dot })).join('') : otherwise(scope);
  };
}

/** Compiles a template. @throws UsageError where it is not understood. */
export function template(text: string): (value: unknown) => string {
  const source = text.replace(/\\([tn\\])/g, (_, it: string) => ({ t: '\t', n: '\n', '\\': '\\' })[it]!);
  const { node } = block(tokens(source), [], text);
  return (value) => node({ dot: value, root: value });
}
