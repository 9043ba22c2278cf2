/** A value as it may be shown: a URL loses its credentials and query, and what stands where a key's name belongs may be the key itself. */
export function hideSecrets(path: string, text: string): string {
  if (path === 'engine.apiKeyEnv' && !/^"?[A-Z][A-Z0-9_]*"?$/.test(text) && text !== 'null') return '(hidden)'
  if (path !== 'engine.baseUrl') return text
  return text.replace(/\/\/[^/?#"]*@/, '//***@').replace(/([?#]).*?("?)$/, '$1***$2')
}
