/** Reading a parsed YAML value that may have any shape. Pure. */
export type Loose = Readonly<Record<string, unknown>>;

/** Returns the value as keys and values; anything else is empty. */
export function asRecord(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {};
}

/** Returns the keys and values under a key. */
export function recordAt(value: Loose, key: string): Loose {
  return asRecord(value[key]);
}

/** Returns the list under a key, each entry as keys and values (positions stay). */
export function listAt(value: Loose, key: string): Loose[] {
  const list = value[key];
  return Array.isArray(list) ? list.map(asRecord) : [];
}

export function textAt(value: Loose, key: string): string | null {
  return typeof value[key] === 'string' ? value[key] : null;
}

export function numberAt(value: Loose, key: string): number | null {
  return typeof value[key] === 'number' ? value[key] : null;
}
