/** The nginx that a relay's encoder connects to, as its configuration. Pure. */
import type { ListenAddress } from './play-path.ts';

export interface DoorConfOptions extends ListenAddress {
  /** Where the relay answers nginx's questions, on 127.0.0.1. */
  readonly hookPort: number;
  /** Folder for its pid file. */
  readonly dir: string;
}

/** The application that encoders publish to, and the name that nginx gives to whatever they publish. */
export const DOOR_APP = 'live';
export const DOOR_STREAM = 'in';

/** Returns where the relay itself reads what the encoder sends. */
export function formatDoorUrl({ address, port }: ListenAddress): string {
  return `rtmp://${readFrom(address)}:${port}/${DOOR_APP}/${DOOR_STREAM}`;
}

/** One process, so that it ends when it is told to by its parent's end. It writes no names: one may be the key. */
export function formatDoorConf({ address, port, hookPort, dir }: DoorConfOptions): string {
  const hooks = `http://127.0.0.1:${hookPort}`;
  return `load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off;
master_process off;
pid ${dir}/nginx.pid;
error_log stderr error;
events { worker_connections 64; }
rtmp {
  access_log off;
  max_message 16m;
  chunk_size 4096;
  ping 5s;
  ping_timeout 5s;
  netcall_timeout 5s;
  server {
    listen ${address}:${port} so_keepalive=on;
    application ${DOOR_APP} {
      live on;
      meta copy;
      wait_key on;
      idle_streams on;
      drop_idle_publisher 10s;
      record off;
      allow publish all;
      allow play 127.0.0.1;
      allow play ${readFrom(address)};
      deny play all;
      on_publish ${hooks}/publish;
      on_publish_done ${hooks}/publish-done;
      on_play ${hooks}/play;
    }
  }
}
`;
}

/** Returns the address at which a listener on this one is reached from here. */
export function readFrom(address: string): string {
  return address === '0.0.0.0' ? '127.0.0.1' : address;
}
