/** Folder of all clusters on a machine. */
export const MACHINES_HOME = '/var/lib/streamctl';
