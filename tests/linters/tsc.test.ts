import { tsc } from '../../src/linters/tsc.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: tsc,
  probe: ['tsc', '--version'],
  project: { 'tsconfig.json': '{ "compilerOptions": { "strict": true, "types": [] }, "include": ["src"] }\n' },
  clean: { path: 'src/clean.ts', text: 'export const ok = 1\n' },
  problem: { path: 'src/problem.ts', text: 'export const n: number = "a"\n', rule: 'TS2322', severity: 'error' },
  broken: { path: 'src/broken.ts', text: 'const = ;\n' },
  emoji: { path: 'src/emoji.ts', text: 'export const x = "😀é"; export const n: number = x // é\n', token: 'n:', precision: 'start' },
  crash: { 'tsconfig.json': '{ "compilerOptions": { "noSuchOption": true }, "include": ["src"] }\n' },
  withoutConfiguration: 'failed',
})
