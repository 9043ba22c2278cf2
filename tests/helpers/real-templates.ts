import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * A chat template of a published model, out of the source of llama.cpp that node-llama-cpp brings with it. Nothing of it is ours to keep here, so it is read where it is
 * installed; unpacked once per machine.
 */
export function realTemplate(name: string): string {
  return readFileSync(join(folder(), `${name}.jinja`), 'utf8')
}

/** The tokens that a template sets its parts apart with. */
export function marksOf(template: string): string[] {
  const marks =
    template.match(/<[|｜][^\s<>|｜{}'"]+[|｜]>|<\/?(?:think|tool_call|tool_response|arg_key|arg_value)>|\[gMASK\]|<sop>/g) ?? []
  return [...new Set(marks)]
}

function folder(): string {
  const bundle = fileURLToPath(new URL('../llama/gitRelease.bundle', import.meta.resolve('node-llama-cpp')))
  const { size, mtimeMs } = statSync(bundle)
  const unpacked = join(tmpdir(), 'coding-agent-test-models', `templates-${size}-${Math.round(mtimeMs)}`)
  if (!existsSync(unpacked)) unpack(bundle, unpacked)
  return join(unpacked, 'models/templates')
}

function unpack(bundle: string, target: string): void {
  const [repository, unfinished] = [`${target}.${process.pid}.git`, `${target}.${process.pid}`]
  mkdirSync(unfinished, { recursive: true })
  const git = (...args: string[]) => execFileSync('git', args, { maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'pipe'] })
  git('clone', '--quiet', '--bare', bundle, repository)
  const names = git('--git-dir', repository, 'ls-tree', '-r', '--name-only', 'HEAD', 'models/templates/').toString().trim().split('\n')
  git('--git-dir', repository, '--work-tree', unfinished, 'checkout', '--quiet', 'HEAD', '--', ...names)
  rmSync(repository, { recursive: true })
  // Another process may have been faster.
  try {
    renameSync(unfinished, target)
  } catch {
    rmSync(unfinished, { recursive: true, force: true })
  }
}
