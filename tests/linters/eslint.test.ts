import { eslint } from '../../src/linters/eslint.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: eslint,
  probe: ['eslint', '--version'],
  project: { 'eslint.config.mjs': 'export default [{ rules: { "no-debugger": "error", "prefer-const": "warn" } }]\n' },
  clean: { path: 'src/clean.js', text: 'export const ok = 1\n' },
  problem: { path: 'src/problem.js', text: 'export function stop() {\n  debugger\n}\n', rule: 'no-debugger', severity: 'error' },
  broken: { path: 'src/broken.js', text: 'const = ;\n' },
  emoji: { path: 'src/emoji.js', text: 'export const x = "😀é"; debugger; // é\n', token: 'debugger;', precision: 'range' },
  crash: { 'eslint.config.mjs': 'throw new Error("This configuration is broken.")\n' },
  withoutConfiguration: 'failed',
  repair: { path: 'src/repair.js', before: 'let y = 1\nexport { y }\n', after: 'const y = 1\nexport { y }\n' },
})
