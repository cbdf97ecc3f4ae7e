/** How this very streamctl is run again: its Node and its entry. */
export function ownProgram(): { readonly nodeBinary: string; readonly program: string } {
  return { nodeBinary: process.execPath, program: process.argv[1]! };
}
