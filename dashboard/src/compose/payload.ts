import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useLive } from '../live/live.ts';
import { readJson } from '../memory/saving.ts';
import { mismatches } from './schema.ts';

/** What is wrong with a payload as it was typed, in sentences: it is no JSON, or does not match the schema of its type. */
export function usePayloadFaults(text: string, type: string): { faults: readonly string[]; isChecked: boolean } {
  const { parley, project } = useLive();
  const { data } = useQuery({
    queryKey: ['schemas', project, 'enabled'],
    queryFn: () => parley.rest.get('/schemas', { query: { limit: 500 } }),
    enabled: text.trim() !== '',
    staleTime: 60_000,
  });
  const schema = data?.items.find(({ message_type, enabled }) => enabled && message_type === type)?.schema;
  const faults = useMemo(() => {
    if (text.trim() === '') return [];
    const read = readJson(text);
    if ('fault' in read) return [read.fault];
    return schema === undefined ? [] : mismatches(read.value, schema).map(({ at, why }) => `${at === '' ? 'The payload' : at} ${why}.`);
  }, [text, schema]);
  return { faults, isChecked: schema !== undefined };
}
