import { describe, expect, it } from 'vitest'
import { clippy } from '../../src/linters/clippy.ts'
import { projectOf, requestFor, scriptedRun } from '../helpers/linter-runner.ts'
import { cargoEnvironment } from '../helpers/programs.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { linterContract } from './contract.ts'

const manifest = '[package]\nname = "demo"\nversion = "0.1.0"\nedition = "2021"\n'

linterContract({
  linter: clippy,
  probe: ['cargo', 'clippy', '--version'],
  project: { 'Cargo.toml': manifest },
  clean: { path: 'src/bin/clean.rs', text: 'fn main() {}\n' },
  problem: {
    path: 'src/bin/problem.rs',
    text: 'fn main() {\n    let _ = vec![1].len() == 0;\n}\n',
    rule: 'clippy::len_zero',
    severity: 'warning',
  },
  broken: { path: 'src/bin/broken.rs', text: 'fn (\n' },
  emoji: { path: 'src/bin/emoji.rs', text: 'fn main() { print!("😀é"); let x = 1; } // é\n', token: 'x', precision: 'range' },
  crash: { 'Cargo.toml': '[package]\nname = 7\n' },
  environment: cargoEnvironment,
  // Names of targets are names of crates.
  oddNames: ['with_underscore'],
})

describe('clippy, what it prints', () => {
  const span = { file_name: 'crates/a/src/lib.rs', line_start: 1, line_end: 1, column_start: 1, column_end: 2, is_primary: true }
  const message = (more: object = {}) => ({
    reason: 'compiler-message',
    message: { level: 'warning', message: 'm', code: { code: 'clippy::x' }, spans: [span], children: [], ...more },
  })
  const finished = { reason: 'build-finished', success: true }

  async function checked(lines: readonly object[], code = 0) {
    using folder = temporaryFolder({ 'Cargo.toml': '[workspace]\n', 'crates/a/Cargo.toml': manifest, 'crates/a/src/lib.rs': 'x\n' })
    const [use] = await clippy.detect(projectOf(folder.path))
    const { run } = scriptedRun({ code, stdout: lines.map((line) => JSON.stringify(line)).join('\n'), stderr: 'why' })
    return await clippy.check(use!, requestFor(folder.path, ['crates/a/src/lib.rs'], { run }))
  }

  it('names files from the folder of the workspace', async () => {
    expect(await checked([message(), finished])).toMatchObject({ diagnostics: [{ path: 'crates/a/src/lib.rs', severity: 'warning' }] })
  })

  it('counts its own warnings, which is no warning', async () => {
    expect(await checked([message({ spans: [], message: '2 warnings emitted' }), finished])).toMatchObject({ diagnostics: [] })
  })

  it('calls only what a machine may apply fixable', async () => {
    const child = (suggestion_applicability: string) => ({ spans: [{ ...span, suggestion_applicability }] })
    const outcome = await checked([
      message({ code: { code: 'a' }, children: [child('MachineApplicable')] }),
      message({ code: { code: 'b' }, children: [child('MaybeIncorrect')] }),
      message({ code: { code: 'c' }, level: 'failure-note' }),
      finished,
    ])
    expect(outcome).toMatchObject({ diagnostics: [{ rule: 'a', isFixable: true }, { rule: 'b', isFixable: false }, { severity: 'note' }] })
  })

  it('has no answer when another file does not compile', async () => {
    const broken = message({ level: 'error', code: { code: 'E0425' }, spans: [{ ...span, file_name: 'crates/a/src/other.rs' }] })
    expect(await checked([broken, finished], 101)).toMatchObject({ status: 'failed', reason: expect.stringContaining('other.rs') })
  })

  it('has an answer when a denied lint ends the build, and the compiler itself may crash', async () => {
    expect(await checked([message({ level: 'error' }), finished], 101)).toMatchObject({
      diagnostics: [{ severity: 'error', isFatal: false }],
    })
    const crash = message({ level: 'error: internal compiler error', code: null })
    expect(await checked([crash, finished], 101)).toMatchObject({ diagnostics: [{ severity: 'error', isFatal: true }] })
  })

  it('is a failure when the build did not end, nothing explains its status, or it cannot be read', async () => {
    expect(await checked([message()])).toMatchObject({ status: 'failed' })
    expect(await checked([message(), finished], 101)).toMatchObject({ status: 'failed' })
    expect(await checked([{ reason: 1 }])).toMatchObject({ status: 'failed' })
  })
})
