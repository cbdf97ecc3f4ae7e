/**
 * What people run today, for comparison: ffmpeg writing HLS segments of 2 s, nginx serving them as files, and a page
 * with hls.js as it comes. It plays the same publisher's stream as the cluster, so that only the way differs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface DiyStack {
  readonly pageUrl: string;
  close(): Promise<void>;
}

export interface DiyOptions {
  readonly root: string;
  readonly address: string;
  readonly port: number;
  /** `rtmp://…/live/STREAM`, pulled from the ingest as such stacks do. */
  readonly rtmpUrl: string;
}

const PAGE = `<!doctype html><meta charset="utf-8"><video muted autoplay playsinline style="width: 100%"></video>
<script src="hls.js"></script><script>
const hls = new Hls();
hls.on(Hls.Events.ERROR, (_, { fatal }) => { if (fatal) setTimeout(() => hls.loadSource('live.m3u8'), 500); });
hls.loadSource('live.m3u8');
hls.attachMedia(document.querySelector('video'));
</script>`;

/** Starts ffmpeg and nginx; the page shows a picture once the first segments are there. */
export async function startDiyStack(options: DiyOptions): Promise<DiyStack> {
  const dir = await mkdtemp(join(tmpdir(), 'streamctl-diy-'));
  const www = join(dir, 'www');
  await mkdir(www);
  await writeFile(join(www, 'index.html'), PAGE);
  await copyFile(join(options.root, 'node_modules/hls.js/dist/hls.min.js'), join(www, 'hls.js'));
  await writeFile(join(dir, 'nginx.conf'), nginxConf(dir, options));
  const words =
    `-v error -rtmp_live live -i ${options.rtmpUrl} -c copy -f hls -hls_time 2 -hls_list_size 6`.split(' ');
  const children = [
    spawn(
      'setpriv',
      ['--pdeathsig', 'TERM', 'ffmpeg', ...words, '-hls_flags', 'delete_segments', join(www, 'live.m3u8')],
      { stdio: 'ignore' },
    ),
    spawn('setpriv', ['--pdeathsig', 'TERM', 'nginx', '-p', dir, '-c', join(dir, 'nginx.conf')], {
      stdio: 'ignore',
    }),
  ];
  return {
    pageUrl: `http://${options.address}:${options.port}/index.html`,
    close: async () => {
      await Promise.all(children.map(end));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

function nginxConf(dir: string, { address, port }: DiyOptions): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${dir}/${name};`,
  );
  // The folder is its maker's alone: workers of a root's nginx must be root to read it, others pass over the line.
  return `user root; daemon off; worker_processes 1; pid ${dir}/nginx.pid; error_log ${dir}/error.log;
events { worker_connections 256; }
http {
  access_log off; ${temp.join(' ')}
  types { text/html html; text/javascript js; application/vnd.apple.mpegurl m3u8; video/mp2t ts; }
  server {
    listen ${address}:${port}; root ${dir}/www;
    location ~ m3u8$ { add_header Cache-Control no-cache; }
  }
}
`;
}
