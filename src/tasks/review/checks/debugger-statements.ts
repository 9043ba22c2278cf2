import { factsOf } from './check-facts.ts'
import { type Check, perFile } from './check.ts'
import { applyRules, type PatternRule } from './pattern-rules.ts'

const stops = 'Execution stops here and waits for a debugger'
const dumps = 'It prints internal state to whoever runs the program'
const script = ['javascript', 'component']

const statement = (languages: readonly string[], effect: string, pattern: RegExp): PatternRule => ({
  languages,
  layer: 'code',
  pattern,
  tell: ({ groups }) => ({
    title: `${(groups[0] ?? '').replace(/[\s([{]+$/, '').trim()} was left in`,
    message: `${effect} each time this line runs. Remove it before the change is merged.`,
  }),
})

// What stands before each name keeps methods and definitions of the same name apart from the call.
const statements: readonly PatternRule[] = [
  statement(script, stops, /(?<=(?:^|[;{})]|\belse)[ \t]{0,200})debugger(?=[ \t]{0,200}(?:;|\r?$|\}|\/))/gm),
  statement(script, stops, /(?<=:[ \t]{0,20})debugger(?=[ \t]{0,20};)/g),
  statement(script, stops, /(?<![\w$.])(?:page|cy|browser)\.(?:pause|debug)\(\s{0,20}\)/g),
  statement(['python'], stops, /(?<![\w.])(?<!\bdef )(?:breakpoint|set_trace)\(/g),
  statement(['python'], stops, /\b(?:i?pdb|pudb|wdb|rpdb|web_pdb|remote_pdb|rdb)\.(?:set_trace|post_mortem|pm|runcall)\(/g),
  statement(['python'], stops, /\bdebugpy\.(?:breakpoint|wait_for_client)\(/g),
  statement(['ruby'], stops, /(?<![\w.])binding\.(?:pry|irb|break|b|remote_pry|pry_remote)\b/g),
  statement(['ruby'], stops, /(?<=^[ \t]{0,200})(?:debugger|byebug)\b(?=[ \t]{0,20}(?:\(|;|#|if\b|unless\b|\r?$))/gm),
  statement(['rust'], dumps, /\bdbg!\s{0,20}[([{]/g),
  statement(['php'], dumps, /(?<![\w$>:\\])(?<!\b(?:function|new) )(?:dd|ddd|var_dump|dump|xdebug_break|debug_zval_refcount)\(/g),
  statement(['go'], stops, /\bruntime\.Breakpoint\(\)/g),
  statement(['go'], dumps, /\bspew\.Dump\(/g),
  statement(['csharp'], stops, /\bDebugger\.(?:Break|Launch)\(\)/g),
  statement(['c'], stops, /\b__debugbreak\(\)|\b__builtin_debugtrap\(\)|\braise\(\s{0,20}SIGTRAP\s{0,20}\)/g),
  statement(['elixir'], stops, /\bIEx\.pry\b/g),
]

/** Calls that stop or dump a program while someone looks into it, and that were left in. */
export const debuggerStatements: Check = {
  ...factsOf('debugger-statements'),
  run: perFile((file, context) => applyRules(file, context, statements), 'handwritten'),
}
