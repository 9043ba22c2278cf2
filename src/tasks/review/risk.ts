import type { ChangedFile } from '../../domain/change.ts'
import { addedLinesOf } from '../../domain/change.ts'

const documents = /\.(md|mdx|rst|adoc|txt)$|(^|\/)(LICENSE|CHANGELOG|AUTHORS)/i
const tests = /(^|\/)(tests?|spec|specs|__tests__|testing|fixtures|examples?)\/|[._-](test|spec)\.\w+$|_test\.\w+$|(^|\/)test_\w+\.py$/i
const settings = /\.(json|ya?ml|toml|ini|cfg|conf|css|scss|html|svg|xml|properties)$/i
const sensitivePath =
  /auth|login|session|token|crypt|secur|permission|acl|payment|billing|invoice|migrat|sql|query|upload|admin|middleware|sandbox|exec/i
const sensitiveCode =
  /\b(exec|eval|spawn|system|query|sql|password|secret|token|unsafe|lock|mutex|delete|remove|unlink|await|transaction|parse|null|catch|except|innerHTML|pickle|deserialize)\b/i

/** How much is at stake in a file; the budget goes to the highest first. Only the order matters. */
export function riskOf(file: ChangedFile): number {
  const { path, addedLines, removedLines } = file
  const place = documents.test(path) ? 0 : tests.test(path) ? 20 : settings.test(path) ? 30 : 60
  const sensitive = addedLinesOf(file).filter(({ text }) => sensitiveCode.test(text.slice(0, 500))).length
  return place + (sensitivePath.test(path) ? 20 : 0) + Math.min(15, sensitive) + Math.min(10, Math.log2(1 + addedLines + removedLines))
}
