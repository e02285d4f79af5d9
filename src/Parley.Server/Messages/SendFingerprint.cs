using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Tells whether two sends with the same idempotency key are the same send, with defaults filled in.</summary>
internal static class SendFingerprint
{
    /// <summary>The fingerprint of a send, without its key and its request timeout.</summary>
    internal static long Of(SendDraft draft, string senderId)
    {
        var print = default(Fingerprint);
        foreach (var address in draft.To)
            print.Add(address);
        print.Add(draft.Type);
        print.Add(draft.Content.Span);
        print.AddValue(draft.Payload.Span);
        print.AddValue(draft.Metadata.Span);
        print.Add((((long)draft.Priority * 8) + (long)draft.Intent) * 8 + (long)draft.Surface);
        print.Add(draft.TtlSeconds ?? -1);
        print.Add(draft.DeliverAt?.ToUnixTimeMilliseconds() ?? -1);
        print.Add(draft.Outcome is { } outcome ? (long)outcome : -1);
        print.Add(senderId);
        print.Add(draft.TaskId);
        if ((draft.Thread ?? draft.ReplyTo ?? draft.Supersedes ?? draft.Execution) is not null)
        {
            print.Add(draft.Thread);
            print.Add(draft.ReplyTo);
            print.Add(draft.Supersedes);
            print.Add(draft.Execution);
        }

        // Included only if it is not the default, so that fingerprints stored before this field existed stay the same.
        if (draft.ReplyTo is not null && draft.Settles != draft.SettlesByDefault)
            print.Add(draft.Settles ? 1 : 0);
        if (draft.Narrowed is { } narrowed)
            print.Add(narrowed.ToString());
        return print.Value;
    }
}
