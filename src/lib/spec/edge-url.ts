/** Where viewers reach an edge, as a spec says it. Pure. */

const SHAPE = /^https?:\/\/[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(:\d{1,5})?$/;

export const EDGE_URL_WORDS =
  'must be https://HOST or http://HOST:PORT, like https://us.example.com, without user, path or query';

/** Whether it is http or https, a host, perhaps a port, and nothing else. */
export function isEdgeUrl(text: string): boolean {
  return SHAPE.test(text) && URL.canParse(text);
}
