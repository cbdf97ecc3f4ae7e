/**
 * The shape of a spec file, as zod sees it: types, bounds and words for editors. What one value alone can break is
 * checked here; what several together can break is in check-spec.ts. Every key has a comment in
 * templates/starter.yaml (a test looks).
 */
import { z } from 'zod';
import { EDGE_URL_WORDS, isEdgeUrl } from './edge-url.ts';

const NAME = /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/;
const name = (what: string) =>
  z
    .string()
    .regex(NAME, 'must be 1 to 32 of a-z, 0-9 and -, begin with a letter and not end with -')
    .describe(what);
const port = (what: string) => z.int().min(1).max(65_535).describe(what);
const even = (value: number): boolean => value % 2 === 0;

const portsSchema = z.strictObject({
  rtmp: port('RTMP, where encoders publish (ingest nodes).').optional(),
  http: port('HTTP, where viewers play (edge nodes).').optional(),
  origin: port('HTTP of the origin daemon.').optional(),
  agent: port('HTTP of the agent: hooks and status.').optional(),
  contribution: port('HTTP of the contribution daemon (ingest nodes).').optional(),
  redis: port('Redis (store nodes).').optional(),
  sentinel: port('Redis Sentinel (store nodes, where there are three or more).').optional(),
});

const renditionSchema = z.strictObject({
  name: z
    .string()
    .regex(/^(?!audio$)[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1 to 32 of a-z, 0-9 and -, and not "audio"')
    .describe('URL-safe name of the rendition, e.g. 720p; never audio.'),
  width: z.int().min(16).max(7680).refine(even, 'must be even').describe('Width in pixels, even.'),
  height: z.int().min(16).max(4320).refine(even, 'must be even').describe('Height in pixels, even.'),
  videoKbps: z.int().min(50).max(100_000).describe('Video bit rate in kbit/s.'),
});

const mediaSchema = z.strictObject({
  segmentSec: z.int().min(1).max(6).describe('Length of a segment in whole seconds.').optional(),
  partSec: z
    .number()
    .min(0.2)
    .max(2)
    .describe('Part target in seconds, at most half a segment; viewers are about 3 parts behind live.')
    .optional(),
  dvrSec: z.int().min(12).max(86_400).describe('How far back viewers can seek, in seconds.').optional(),
  ladder: z.array(renditionSchema).min(1).max(8).describe('Video renditions, highest first.').optional(),
  audio: z
    .strictObject({ kbps: z.int().min(32).max(512).describe('AAC bit rate in kbit/s.').optional() })
    .describe('The audio rendition.')
    .optional(),
  encoder: z
    .enum(['libx264', 'h264_nvenc', 'h264_qsv', 'h264_vaapi'])
    .describe('Video encoder; one that this machine lacks falls back to libx264.')
    .optional(),
  preset: z
    .enum(['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium'])
    .describe('Preset of x264: slower ones look better and cost more CPU.')
    .optional(),
  video: z
    .enum(['encode', 'copy'])
    .describe("copy passes the source's own video on as the only rendition.")
    .optional(),
  shedTopRendition: z
    .boolean()
    .describe('A pipeline that cannot keep up drops its top rendition rather than latency.')
    .optional(),
  slate: z
    .strictObject({
      afterSec: z.number().min(0.2).max(10).describe('Seconds without a picture until the slate.').optional(),
      maxSec: z.int().min(1).max(86_400).describe('Seconds of slate until the stream ends.').optional(),
      text: z.string().max(80).describe('Words on the slate.').optional(),
    })
    .describe('What viewers see while there is no publisher.')
    .optional(),
  reserve: z
    .strictObject({
      blackSec: z.number().min(0).max(600).describe('Seconds of black picture; 0: not for that.').optional(),
      silenceSec: z.number().min(0).max(600).describe('Seconds of silence; 0: not for that.').optional(),
    })
    .describe('With publishers in two regions: when the other one is shown though the first one sends.')
    .optional(),
});

const nodeSchema = z.strictObject({
  name: name('Name of the node; a number at its end becomes the last number of its address.'),
  region: z.string().describe('Name of its region.'),
  roles: z
    .array(z.enum(['store', 'ingest', 'origin', 'edge']))
    .min(1)
    .describe('What it does: store (Redis), ingest (RTMP), origin (pipelines), edge (viewers).'),
  host: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/, 'must be a name or an IPv4 address')
    .describe('Name or address of the machine, by which ssh and the world reach it (driver ssh).')
    .optional(),
  address: z.ipv4().describe('IPv4 address, instead of one from the block.').optional(),
  url: z
    .string()
    .refine(isEdgeUrl, EDGE_URL_WORDS)
    .describe(
      'Where viewers reach it as an edge, if a proxy stands before it (TLS): https://HOST or http://HOST:PORT.',
    )
    .optional(),
  weight: z.int().min(1).max(100).describe('How much it should carry beside its neighbours.').optional(),
  capacity: z
    .number()
    .min(0.05)
    .max(10_000)
    .describe(
      'The most that it can encode, in renditions of 720p at 30 frames a second; unbounded if not said.',
    )
    .optional(),
  viewers: z
    .int()
    .min(1)
    .max(10_000_000)
    .describe(
      'The most viewers that it should have as an edge: more are sent to the next region when they begin.',
    )
    .optional(),
  ports: portsSchema.describe('Ports of this node that differ.').optional(),
});

const sshSchema = z.strictObject({
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_.-]{0,31}$/i, 'must be a login')
    .describe("Login with sudo; if not said, what ssh's own configuration says.")
    .optional(),
  port: port("Port of sshd; if not said, what ssh's own configuration says.").optional(),
  configFile: z
    .string()
    .min(1)
    .describe("Configuration for ssh -F, relative to this file; if not said, the user's own.")
    .optional(),
  sudoPasswordFile: z
    .string()
    .min(1)
    .describe(
      'File, mode 0600, with the password of sudo, relative to this file; if not said, sudo asks for none.',
    )
    .optional(),
  parallel: z.int().min(1).max(200).describe('Machines that are worked on at once.').optional(),
  connectTimeoutSec: z
    .int()
    .min(1)
    .max(120)
    .describe('Seconds until a machine counts as unreachable.')
    .optional(),
  powerOn: z
    .array(z.string().min(1))
    .min(1)
    .describe('Command of the operator that switches on the machine {node}, reached as {host}; for drills.')
    .optional(),
});

const ringSchema = z.strictObject({
  balance: z
    .number()
    .min(1)
    .max(10)
    .describe('How much more than the mean of its region a node may carry, relative to its weight.')
    .optional(),
  replicas: z
    .int()
    .min(1)
    .max(5)
    .describe('Pipelines of each stream: each on another host, and in another region if there are several.')
    .optional(),
});

const steeringSchema = z.strictObject({
  moves: z
    .array(
      z.strictObject({
        from: z.string().describe('Region whose viewers are moved.'),
        to: z.string().describe('Region from which they are to play.'),
        share: z.int().min(1).max(100).describe('Percent of them.'),
      }),
    )
    .max(100)
    .describe('Viewers who are to play from another region than their own.')
    .optional(),
});

const includeSchema = z.union(
  [
    z.string().min(1),
    z.strictObject({
      command: z.array(z.string()).min(1),
      timeoutSec: z.int().min(1).max(600).optional(),
    }),
  ],
  { error: 'expected the name of a file, or { command: [program, argument, …] }' },
);

const streamSchema = z.strictObject({
  name: name('Name of the stream, as in its URL.'),
  source: z
    .strictObject({
      width: z.int().min(16).max(7680).describe('Width of the picture that will be published.').optional(),
      height: z.int().min(16).max(4320).describe('Height of the picture that will be published.').optional(),
      fps: z.number().min(1).max(120).describe('Frames a second that will be published.').optional(),
    })
    .describe('What will be published, if known: the ladder must not be above it.')
    .optional(),
  media: mediaSchema.describe('Settings of this stream that differ.').optional(),
});

export const specSchema = z
  .strictObject({
    version: z.literal(1).describe('Version of this format.'),
    cluster: name('Name of the cluster; names its folder and picks its addresses.'),
    driver: z
      .enum(['local', 'ssh'])
      .describe('Where nodes are: local addresses of this machine, or machines reached by ssh.')
      .optional(),
    ssh: sshSchema.describe('How machines are reached (driver ssh).').optional(),
    mesh: z
      .strictObject({
        block: z
          .string()
          .regex(/^10\.(25[0-5]|2[0-4]\d|1?\d?\d)\.0\.0\/16$/, 'must be 10.N.0.0/16 with N from 0 to 255')
          .describe('Addresses inside the mesh; no machine may have them elsewhere.')
          .optional(),
        port: port('UDP port of the mesh on every machine.').optional(),
      })
      .describe('The encrypted network between machines (driver ssh).')
      .optional(),
    network: z
      .strictObject({
        block: z
          .string()
          .regex(/^127\.(25[0-4]|2[0-4]\d|1?\d?\d)\.0\.0\/16$/, 'must be 127.N.0.0/16 with N from 0 to 254')
          .describe('Loopback addresses of the local nodes: 127.N.0.0/16.')
          .optional(),
      })
      .describe('Addresses.')
      .optional(),
    include: z
      .array(includeSchema)
      .max(50)
      .describe('More nodes, regions and ssh settings: YAML files, or what commands print.')
      .optional(),
    regions: z
      .array(z.strictObject({ name: name('Name of the region.') }))
      .min(1)
      .max(200)
      .describe('Where viewers are.'),
    nodes: z.array(nodeSchema).min(1).max(500).describe('The machines; on one machine: loopback addresses.'),
    ring: ringSchema.describe('How streams are spread over the origin nodes.').optional(),
    steering: steeringSchema.describe('Where viewers play from.').optional(),
    ports: portsSchema.describe('Ports of every node.').optional(),
    media: mediaSchema.describe('Settings of every stream.').optional(),
    streams: z.array(streamSchema).max(10_000).describe('Streams that up makes.').optional(),
  })
  .describe('A streamctl cluster.');

export type RawSpec = z.infer<typeof specSchema>;
export type RawMedia = z.infer<typeof mediaSchema>;
export type RawPorts = z.infer<typeof portsSchema>;

/** Returns the JSON Schema of a spec file, for editors. */
export function specJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(specSchema, { io: 'input', unrepresentable: 'any' }), title: 'streamctl spec' };
}
