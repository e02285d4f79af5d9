import { describe, expect, it } from 'vitest';
import type { Question, Storm } from '../live/types.ts';
import { notesOf, Teller, type Note } from './notes.ts';

const note = (tag: string): Note => ({ tag, title: tag, body: '', path: '' });

describe('A person', () => {
  const told: string[] = [];
  const over: string[] = [];
  const start = () => {
    told.length = over.length = 0;
    return new Teller<string>(
      ({ tag }) => (told.push(tag), tag),
      (tag) => over.push(tag),
    );
  };

  it('is told of what is new, once, and not of what was there before', () => {
    const teller = start();
    teller.update([note('old')]);
    teller.update([note('old'), note('new')]);
    teller.update([note('new'), note('old')]);
    expect(told).toEqual(['new']);
  });

  it('is told no longer of what is over, and again of what comes again', () => {
    const teller = start();
    teller.update([note('old')]);
    teller.update([note('old'), note('new')]);
    teller.update([]);
    expect(over).toEqual(['new']);
    teller.update([note('new')]);
    expect(told).toEqual(['new', 'new']);
  });
});

describe('What a person is told', () => {
  it('names who asks what, and who is held', () => {
    const question = { question_id: 'q', agent_id: 'be', content: 'Per line?\nI wait.', options: [], note: null } as unknown as Question;
    const storm = { storm_id: 's', agents: ['be', 'fe'], replies: 12, window_seconds: 60, thread_id: 't' } as unknown as Storm;
    expect(notesOf([question], [storm], (id) => id.toUpperCase())).toEqual([
      { tag: 'question-q', title: 'BE asks you', body: 'Per line?', path: 'questions/q' },
      { tag: 'storm-s', title: 'BE and FE are held as a storm', body: '12 replies within 1\u00a0min', path: 'threads/t' },
    ]);
  });
});
