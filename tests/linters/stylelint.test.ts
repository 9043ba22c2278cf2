import { stylelint } from '../../src/linters/stylelint.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: stylelint,
  probe: ['stylelint', '--version'],
  project: {
    '.stylelintrc.json': '{ "rules": { "color-no-invalid-hex": true, "length-zero-no-unit": [true, { "severity": "warning" }] } }\n',
  },
  clean: { path: 'src/clean.css', text: 'a { color: #fff; }\n' },
  problem: { path: 'src/problem.css', text: 'a {\n  color: #ggg;\n}\n', rule: 'color-no-invalid-hex', severity: 'error' },
  broken: { path: 'src/broken.css', text: 'a { color: red\n' },
  emoji: { path: 'src/emoji.css', text: '/* 😀é */ a { color: #ggg; }\n', token: '#ggg', precision: 'range' },
  crash: { '.stylelintrc.json': '{ "extends": ["no-such-configuration"] }\n' },
  withoutConfiguration: 'failed',
  repair: { path: 'src/repair.css', before: 'a { margin: 0px; }\n', after: 'a { margin: 0; }\n' },
})
