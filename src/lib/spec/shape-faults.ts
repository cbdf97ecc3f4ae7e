/** Words the faults that zod finds: unknown keys with the nearest known one, wrong types, bounds. Pure. */
import type { z } from 'zod';
import { findNearest } from '../base/nearest.ts';
import type { Fault } from './diagnostic.ts';
import { specJsonSchema, specSchema } from './schema.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly (string | number)[];
interface JsonSchemaNode {
  readonly properties?: Readonly<Record<string, JsonSchemaNode>>;
  readonly items?: JsonSchemaNode;
}

/** What a file must look like; its JSON Schema names the known keys. */
export interface FileShape {
  readonly schema: z.ZodType;
  readonly json: () => Record<string, unknown>;
}

const SPEC: FileShape = { schema: specSchema, json: specJsonSchema };

/** Returns every fault of the shape of a parsed file; a spec unless told. */
export function findShapeFaults(raw: unknown, { schema, json }: FileShape = SPEC): Fault[] {
  const parsed = schema.safeParse(raw, { reportInput: true });
  if (parsed.success) return [];
  const root = json() as JsonSchemaNode;
  const issues = parsed.error.issues;
  const unknown = issues.flatMap((issue) => wordUnknownKeys(issue, root, raw));
  const meant = new Set(unknown.map(({ meant }) => meant));
  const rest = issues
    .filter((issue) => issue.code !== 'unrecognized_keys')
    .filter((issue) => !(issue.input === undefined && meant.has(pathOf(issue).join('.'))));
  return [...unknown.map(({ fault }) => fault), ...rest.map((issue) => wordIssue(issue))];
}

function pathOf(issue: Issue): (string | number)[] {
  return issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
}

/** One fault per unknown key, and the path of the key that was meant (so that its absence is not a second fault). */
function wordUnknownKeys(
  issue: Issue,
  root: JsonSchemaNode,
  raw: unknown,
): { fault: Fault; meant: string }[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const path = pathOf(issue);
  const known = Object.keys(schemaAt(root, path)?.properties ?? {});
  const present = new Set(Object.keys((valueAt(raw, path) ?? {}) as object));
  return issue.keys.map((key) => {
    const free = known.filter((name) => !present.has(name));
    const nearest = findNearest(key, free);
    const help = nearest === null ? `known are ${known.join(', ')}` : `did you mean "${nearest}"?`;
    const fault = { path: [...path, key], message: `unknown key; ${help}`, atKey: true };
    return { fault, meant: [...path, nearest ?? key].join('.') };
  });
}

function schemaAt(root: JsonSchemaNode, path: Path): JsonSchemaNode | undefined {
  let node: JsonSchemaNode | undefined = root;
  for (const part of path) node = typeof part === 'number' ? node?.items : node?.properties?.[part];
  return node;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce((at: unknown, part) => (at as Record<string | number, unknown> | null)?.[part], value);
}

function wordIssue(issue: Issue): Fault {
  return { path: pathOf(issue), message: wordMessage(issue) };
}

function wordMessage(issue: Issue): string {
  if (issue.input === undefined && issue.code !== 'custom') return 'is missing';
  if (issue.code === 'invalid_type')
    return `expected ${wordType(issue.expected)}, got ${describe(issue.input)}`;
  if (issue.code === 'invalid_value') return wordChoice(issue.values, issue.input);
  const unit = typeof issue.input === 'number' ? '' : Array.isArray(issue.input) ? ' entries' : ' characters';
  if (issue.code === 'too_small')
    return `must be ${String(issue.minimum)}${unit} or more, is ${measure(issue.input)}`;
  if (issue.code === 'too_big')
    return `must be ${String(issue.maximum)}${unit} or less, is ${measure(issue.input)}`;
  if (issue.code === 'invalid_format' && issue.format === 'ipv4') return 'must be an IPv4 address';
  return issue.message;
}

function wordChoice(values: readonly unknown[], input: unknown): string {
  const choices = values.map(String);
  const nearest = typeof input === 'string' ? findNearest(input, choices) : null;
  const help = nearest === null ? '' : `; did you mean "${nearest}"?`;
  return `expected ${choices.length === 1 ? choices[0] : `one of ${choices.join(', ')}`}, got ${describe(input)}${help}`;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values',
};

function wordType(type: string): string {
  return TYPE_WORDS[type] ?? type;
}

function describe(input: unknown): string {
  if (input === null) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'keys and values';
  return typeof input === 'string' ? `text "${input.slice(0, 40)}"` : String(input);
}

function measure(input: unknown): string {
  return typeof input === 'string' || Array.isArray(input) ? String(input.length) : String(input);
}
