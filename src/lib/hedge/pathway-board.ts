import { orderFromHome, type Pathway, type PathwaysReport, pathBelow } from './pathway.ts';

/** The pathways that a player knows, in order of preference, and which one is in use. */
export class PathwayBoard {
  readonly #homeUrl: string;
  readonly #avoidMs: number;
  #home: Pathway;
  #order: readonly Pathway[];
  #inUse: Pathway;
  /** Names and regions that somebody else prefers. */
  #steered: readonly string[] = [];
  readonly #failedAtMs = new Map<string, number>();

  /** Begins with the one pathway over which the player was reached; its name is not known yet. */
  constructor(homeUrl: string, avoidMs: number) {
    this.#homeUrl = homeUrl.replace(/\/+$/, '');
    this.#avoidMs = avoidMs;
    this.#home = { name: '', region: '', baseUrl: this.#homeUrl };
    this.#order = [this.#home];
    this.#inUse = this.#home;
  }

  /** The one over which the player was reached; without a name until that is known. */
  get home(): Pathway {
    return this.#home;
  }

  /** Name of the pathway in use; before the pathways are known, of the one that is preferred by somebody else. */
  get bound(): string {
    return this.#inUse.name === '' ? (this.#steered[0] ?? '') : this.#inUse.name;
  }

  get inUse(): Pathway {
    return this.#inUse;
  }

  /** Nearest first. */
  get order(): readonly Pathway[] {
    return this.#order;
  }

  /** Pathways that are preferred to the one in use, best first. */
  get nearer(): readonly Pathway[] {
    return this.#order.slice(0, Math.max(0, this.#order.indexOf(this.#inUse)));
  }

  /**
   * Takes the cluster's pathways as they are now; the first report must come from home. Home keeps the address over
   * which the player was reached (a host name, a tunnel) whatever the cluster calls it.
   */
  learn({ node, pathways }: PathwaysReport): void {
    if (this.#home.name === '') {
      const region = pathways.find(({ name }) => name === node)?.region ?? '';
      this.#home = { name: node, region, baseUrl: this.#homeUrl };
      const failedAtMs = this.#failedAtMs.get('');
      if (failedAtMs !== undefined) this.#failedAtMs.set(node, failedAtMs);
      if (this.#inUse.name === '') this.#inUse = this.#home;
    }
    const home = this.#home;
    const known = pathways.map((pathway) => (pathway.name === home.name ? home : pathway));
    // Who answers is there, whether or not it is counted among the edges.
    if (node === home.name && !known.includes(home)) known.unshift(home);
    if (known.length === 0) return;
    this.#sort(known);
    this.#inUse = this.#order.find(({ name }) => name === this.#inUse.name) ?? this.#order[0]!;
  }

  /** Prefers these pathways, by name or region and in this order, to all others; false when that changes nothing. */
  steer(wanted: readonly string[]): boolean {
    const before = this.#order;
    this.#steered = wanted;
    this.#sort(before);
    return before[0] !== this.#order[0];
  }

  /** The pathway that somebody else prefers to all others; null: none of those that are known. */
  get steeredFirst(): Pathway | null {
    const [first] = this.#order;
    const [wanted] = this.#steered;
    return first !== undefined && (first.name === wanted || first.region === wanted) ? first : null;
  }

  /** The pathway as it is known now: what was asked before home had a name was asked there. */
  named(pathway: Pathway): Pathway {
    return pathway.name === '' ? this.#home : pathway;
  }

  use(pathway: Pathway): void {
    this.#inUse = pathway;
  }

  fail(pathway: Pathway, nowMs: number): void {
    this.#failedAtMs.set(this.named(pathway).name, nowMs);
  }

  succeed(pathway: Pathway): void {
    this.#failedAtMs.delete(this.named(pathway).name);
  }

  /**
   * Where to ask next what was asked at `tried`; null when it was asked everywhere. One that did not fail lately goes
   * first, then one in a region that was not asked (what fails in a region fails as a whole), then the nearest.
   */
  next(tried: ReadonlySet<string>, nowMs: number): Pathway | null {
    const isTried = ({ name }: Pathway): boolean =>
      tried.has(name) || (name === this.#home.name && tried.has(''));
    const triedRegions = new Set(this.#order.filter(isTried).map(({ region }) => region));
    const rank = (pathway: Pathway): number =>
      (this.isAvoided(pathway, nowMs) ? 2 : 0) + (triedRegions.has(pathway.region) ? 1 : 0);
    const left = this.#order.filter((pathway) => !isTried(pathway));
    return left.sort((a, b) => rank(a) - rank(b))[0] ?? null;
  }

  /** The path and query of a URL, the same on every pathway; null for what is on none of them. */
  pathOf(url: string): string | null {
    for (const pathway of [this.#home, ...this.#order]) {
      const path = pathBelow(url, pathway);
      if (path !== null) return path;
    }
    return null;
  }

  /** It failed lately. */
  isAvoided({ name }: Pathway, nowMs: number): boolean {
    return nowMs - (this.#failedAtMs.get(name) ?? Number.NEGATIVE_INFINITY) < this.#avoidMs;
  }

  #sort(pathways: readonly Pathway[]): void {
    const byHome = orderFromHome(pathways, this.#home.name);
    const rank = ({ name, region }: Pathway): number => {
      const at = this.#steered.findIndex((wanted) => wanted === name || wanted === region);
      return at < 0 ? this.#steered.length : at;
    };
    this.#order = byHome.sort((a, b) => rank(a) - rank(b));
  }
}
