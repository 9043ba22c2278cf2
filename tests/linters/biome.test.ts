import { biome } from '../../src/linters/biome.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: biome,
  probe: ['biome', '--version'],
  project: { 'biome.json': '{ "linter": { "rules": { "style": { "useConst": "warn" } } } }\n' },
  clean: { path: 'src/clean.js', text: 'export const ok = 1;\n' },
  problem: {
    path: 'src/problem.js',
    text: 'export function stop() {\n\tdebugger;\n}\n',
    rule: 'lint/suspicious/noDebugger',
    severity: 'error',
  },
  broken: { path: 'src/broken.js', text: 'const = ;\n' },
  emoji: { path: 'src/emoji.js', text: 'export const x = "😀é"; debugger; // é\n', token: 'debugger;', precision: 'range' },
  crash: { 'biome.json': '{ "linter": { "rules": { "style": { "noSuchRule": "error" } } } }\n' },
  withoutConfiguration: 'checked',
  repair: { path: 'src/repair.js', before: 'let y = 1;\nexport { y };\n', after: 'const y = 1;\nexport { y };\n' },
})
