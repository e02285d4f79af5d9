import { Outlet } from '@tanstack/react-router';
import { MeContext, useMeQuery } from '../live/session.ts';
import { ParleyError } from '@parley/client';
import { Button } from '../ui/button.tsx';
import { detailOf } from '../ui/problem.tsx';
import { Card, SignInCard } from './sign-in.tsx';

/** Lets those in who are signed in, and says to the others how. */
export function Gate() {
  const { data: me, error, refetch, isPending } = useMeQuery();
  if (me)
    return (
      <MeContext value={me}>
        <Outlet />
      </MeContext>
    );
  if (isPending) return null;
  if (error instanceof ParleyError && error.status === 404)
    return (
      <Card title="This server is too old for the dashboard">
        <p>The dashboard needs a server of its own version. Update the server, then load this page again.</p>
      </Card>
    );
  if (error)
    return (
      <Card title="The server does not answer">
        <p>{detailOf(error)}</p>
        <Button look="primary" className="mt-4" onClick={() => void refetch()}>
          Try again
        </Button>
      </Card>
    );
  return <SignInCard title="Sign in to Parley" />;
}
