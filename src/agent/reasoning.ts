/** Reasoning ends where its last closing tag stands; an opening tag that is never closed leaves no answer behind it. */
export function withoutReasoning(text: string): string {
  const closed = text
    .replaceAll(/<(think|thinking|reasoning)>[\s\S]*?<\/\1>/gi, '')
    .replaceAll(/\[THINK\][\s\S]*?\[\/THINK\]/g, '')
    // gpt-oss, where the control tokens are handed on: thoughts are a message of their own, unless they call a tool.
    .replaceAll(/<\|channel\|>analysis<\|message\|>[\s\S]*?<\|end\|>/g, '')
  const afterStray = closed.replace(/^[\s\S]*(?:<\/(?:think|thinking|reasoning)>|\[\/THINK\])/i, '')
  return afterStray
    .replace(/(?:<(?:think|thinking|reasoning)>|\[THINK\])[\s\S]*$/i, '')
    .replace(/^\s*(?:<\|start\|>assistant)?<\|channel\|>final<\|message\|>/, '')
}
