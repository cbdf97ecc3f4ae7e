/** How this process reaches a port of a node: by its address, or through a socket that leads there. */

/** What to connect to. */
export type Endpoint =
  | { readonly host: string; readonly port: number }
  | {
      /** Of a Unix socket. */
      readonly path: string;
    };

/** Finds what to connect to for a port of a node's internal address. */
export type Reach = (address: string, port: number) => Promise<Endpoint>;

/** Addresses of this machine, or of machines that share our network. */
export const reachDirectly: Reach = (host, port) => Promise.resolve({ host, port });
