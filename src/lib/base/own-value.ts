/** Returns what a record itself has under a name that came from outside: `constructor` is a name, too. */
export function ownValue<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
