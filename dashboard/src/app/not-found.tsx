import { Link } from '@tanstack/react-router';
import { MapPinOff } from 'lucide-react';
import { Empty } from '../ui/empty.tsx';
import { icon } from '../ui/icon.ts';
import { textLink } from './link.tsx';

/** The same page for what does not exist and for what one may not see. */
export function NotFound() {
  return (
    <main id="main" className="flex-1">
      <h1 className="sr-only" tabIndex={-1}>
        Not found
      </h1>
      <Empty
        icon={<MapPinOff {...icon} size={24} />}
        title="There is nothing here"
        action={
          <Link to="/" className={textLink}>
            Go to Now
          </Link>
        }
      >
        It does not exist, or you may not see it.
      </Empty>
    </main>
  );
}
