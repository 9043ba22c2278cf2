/** The program of the engine process: beside this file where the source runs, and under the name of its own bundle where the package does. */
export function processEntry(from: string = import.meta.url): URL {
  return new URL(from.endsWith('.ts') ? 'process.ts' : 'engine-process.js', from)
}
