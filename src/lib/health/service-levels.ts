/** The lines between well and not well. Pure arithmetic reads them; nothing here is per stream or per node. */
export interface ServiceLevels {
  /**
   * How long `status` waits for one node, in milliseconds. All nodes are asked at once, so this bounds the whole
   * command. Lower: a busy node counts as silent. Higher: a hung node holds the table up. Zero: every node is
   * silent.
   */
  readonly nodeTimeoutMs: number;
  /**
   * How far a replica's newest part may be behind the wall clock, in seconds. A healthy one is at encoder delay
   * plus one part target: 0.6 to 1.2 s with parts of 0.5 s; viewers add their hold-back of three parts. Lower:
   * replicas flap when an encoder hiccups. Higher: viewers notice before the operator does.
   */
  readonly replicaBehindSec: number;
  /**
   * How long a stream may be starting, in seconds, and how long a region may be without its replica after the
   * state changed. ffmpeg needs 0.3 to 3 s for its first frame. Lower: every publish shows up as a fault for a
   * moment.
   */
  readonly startingSec: number;
  /**
   * How long the cluster may be without a working controller, in seconds. One that is lost is replaced within 3 s.
   * Lower: every take-over shows up as a fault.
   */
  readonly controllerLateSec: number;
  /**
   * How far a node's clock may differ from this machine's, in milliseconds, beyond what the request's own time
   * explains: what doctor warns of, too. Live-edge figures are wrong by as much; publish sessions opened on different
   * nodes may overlap.
   */
  readonly clockSkewMs: number;
}

export const DEFAULT_SERVICE_LEVELS: ServiceLevels = {
  nodeTimeoutMs: 800,
  replicaBehindSec: 3,
  startingSec: 15,
  controllerLateSec: 6,
  clockSkewMs: 50,
};
