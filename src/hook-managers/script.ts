import { dirname } from 'node:path'
import type { HookName, RecordedProgram } from './hook-manager.ts'

/** What does not happen where agent is missing. */
const missed: Readonly<Record<HookName, string>> = {
  'pre-commit': 'this commit is not reviewed',
  'prepare-commit-msg': 'no message is proposed',
  'commit-msg': 'the message is not checked',
  'pre-push': 'this push is not reviewed',
}

const purposes: Readonly<Record<HookName, string>> = {
  'pre-commit': 'Reviews what is about to be committed.',
  'prepare-commit-msg': 'Proposes a message for what is about to be committed.',
  'commit-msg': 'Checks the message of a commit.',
  'pre-push': 'Reviews what the remote does not have yet.',
}

interface LookupOptions {
  hook: HookName
  /** What git handed to the hook, as shell words. */
  args?: string
  recorded?: RecordedProgram | null
}

/**
 * The lines of shell that every hook comes down to: the project's own program, then that on PATH, then what was recorded. A team mate who has
 * none of them can commit. `node` is asked for too, because a graphical client may have the one without the other.
 */
export function lookupLines({ hook, args = '"$@"', recorded = null }: LookupOptions): string[] {
  const call = `hooks run ${hook} --${args === '' ? '' : ` ${args}`}`
  return [
    '[ "${AGENT_SKIP-}" != 1 ] || exit 0',
    `PATH="$PWD/node_modules/.bin:$PATH"${recorded ? `:${quoted(posixPath(dirname(recorded.node)))}` : ''}`,
    `if command -v agent >/dev/null && command -v node >/dev/null; then exec agent ${call}; fi`,
    ...(recorded ? recordedLines(recorded, call) : []),
    `echo "agent: agent or node is not on PATH, so ${missed[hook]}." >&2`,
    '[ "${AGENT_HOOK_STRICT-}" != 1 ]',
  ]
}

function recordedLines({ node, main }: RecordedProgram, call: string): string[] {
  const [program, entry] = [node, main].map((path) => quoted(forwardSlashes(path)))
  return [`if [ -x ${program} ] && [ -f ${entry} ]; then exec ${program} ${entry} ${call}; fi`]
}

/** The script in `hooks/` that does nothing else. */
export function standaloneScript(hook: HookName): string {
  const comment = `# ${purposes[hook]} AGENT_SKIP=1 goes past it, and AGENT_HOOK_STRICT=1 stops where agent is missing.`
  return ['#!/bin/sh', comment, ...lookupLines({ hook }), ''].join('\n')
}

interface AroundOptions {
  hook: HookName
  /** How the file that holds the part is run once more, for what else is in it. */
  rest: string
  recorded?: RecordedProgram | null
}

/**
 * A part at the top of a script that runs all the rest of it first, as it would run without us (its own `exit` and `exec`, arguments and
 * standard input included), and ourselves after it.
 */
export function aroundLines({ hook, rest, recorded = null }: AroundOptions): string[] {
  return [
    'if [ "${AGENT_HOOK_REST-}" != 1 ]; then',
    ...(hook === 'pre-push' ? twiceRead(rest) : [`  AGENT_HOOK_REST=1 ${rest} "$@" || exit`]),
    ...lookupLines({ hook, recorded }).map((line) => `  ${line}`),
    '  exit',
    'fi',
    'unset AGENT_HOOK_REST',
  ]
}

/** What git feeds to a push is read by the rest, and then by us; without a ref there is nothing for us to do. */
function twiceRead(rest: string): string[] {
  return [
    '  refs=$(cat)',
    `  printf '%s' "\${refs:+$refs`,
    `}" | AGENT_HOOK_REST=1 ${rest} "$@" || exit`,
    '  [ -n "$refs" ] || exit 0',
    '  exec <<AGENT_REFS',
    '$refs',
    'AGENT_REFS',
  ]
}

/** A text in quotes, as `quoted` writes it: nothing in it is expanded. */
const inQuotes = String.raw`(?:'[^']*'|\\')+`
/** Each line that looks for us, and the same without starting what it finds. */
const questions: readonly (readonly [RegExp, string])[] = [
  [new RegExp(String.raw`^PATH="\$PWD/node_modules/\.bin:\$PATH"(?::${inQuotes})?$`), '$&'],
  [/^(if command -v agent >\/dev\/null && command -v node >\/dev\/null; then) exec agent hooks run .*$/, '$1 exit 0; fi'],
  [new RegExp(String.raw`^(if \[ -x ${inQuotes} \] && \[ -f ${inQuotes} \]; then) exec .*$`), '$1 exit 0; fi'],
]

/**
 * Our lines out of a file, made to tell whether they would find something; it ends with 1 where they find nothing. The file is the
 * repository's, which may be anybody's: of what is in it, only lines that are ours to the letter are run.
 */
export function asQuestion(script: string): string {
  const lines = script.split('\n').flatMap((text) => {
    const line = text.trim()
    const known = questions.find(([pattern]) => pattern.test(line))
    return known ? [line.replace(known[0], known[1])] : []
  })
  return [...lines, 'exit 1'].join('\n')
}

/** Git for Windows' shell knows drives as folders. */
function posixPath(path: string): string {
  return forwardSlashes(path).replace(/^([A-Za-z]):\//, (_all, drive: string) => `/${drive.toLowerCase()}/`)
}

/** Elsewhere than on Windows a backslash is a letter like any other. */
function forwardSlashes(path: string): string {
  return /^[A-Za-z]:[\\/]/.test(path) ? path.replaceAll('\\', '/') : path
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
