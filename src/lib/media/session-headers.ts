/** What an answer of `GET /contribution/STREAM` says of the publish session beside its FLV, by both ends of it. */

/** Unix milliseconds when the session was opened. */
export const SESSION_ID = 'x-session-id';
/** Unix milliseconds of RTMP timestamp 0; may have a fraction. */
export const SESSION_EPOCH_MS = 'x-session-epoch-ms';
/** Trailer, `1`: the publisher has gone. An answer that ends without it ends with its connection or its daemon alone. */
export const PUBLISHER_LEFT = 'x-publisher-left';
