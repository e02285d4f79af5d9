using FsCheck;
using FsCheck.Fluent;

namespace Parley.Server.Tests.Messages;

internal enum MailboxVerb
{
    Send,
    SendAgain,
    Claim,
    ClaimForConnection,
    Ack,
    AckStale,
    Nack,
    NackAtOnce,
    Extend,
    Lapse,
    Expire,
    Delete,
    Disconnect,
    Reopen,
}

/// <summary>One step of a mailbox's life. The numbers choose among whatever there is when the step is made, so that a sequence makes
/// sense also after steps were taken out of it.</summary>
internal sealed record MailboxStep(MailboxVerb Verb, int Pick, int Amount)
{
    public override string ToString() => $"{Verb}({Pick}, {Amount})";
}

internal static class MailboxSteps
{
    // What happens most is most likely; a reopening costs a hundred other steps.
    private static readonly (int, Gen<MailboxVerb>)[] Verbs =
    [
        (8, Gen.Constant(MailboxVerb.Send)), (2, Gen.Constant(MailboxVerb.SendAgain)), (4, Gen.Constant(MailboxVerb.Claim)),
        (4, Gen.Constant(MailboxVerb.ClaimForConnection)), (4, Gen.Constant(MailboxVerb.Ack)), (1, Gen.Constant(MailboxVerb.AckStale)),
        (2, Gen.Constant(MailboxVerb.Nack)), (2, Gen.Constant(MailboxVerb.NackAtOnce)), (1, Gen.Constant(MailboxVerb.Extend)),
        (3, Gen.Constant(MailboxVerb.Lapse)), (2, Gen.Constant(MailboxVerb.Expire)), (1, Gen.Constant(MailboxVerb.Delete)),
        (1, Gen.Constant(MailboxVerb.Disconnect)), (1, Gen.Constant(MailboxVerb.Reopen)),
    ];

    internal static Arbitrary<MailboxStep[]> Sequences { get; } = Arb.From(
        (from verb in Gen.Frequency(Verbs) from pick in Gen.Choose(0, 1_000) from amount in Gen.Choose(0, 7) select new MailboxStep(verb, pick, amount)).ArrayOf(),
        Shorter);

    /// <summary>Without a half, a quarter, ... a single step.</summary>
    private static IEnumerable<MailboxStep[]> Shorter(MailboxStep[] steps)
    {
        for (var size = Math.Max(1, steps.Length / 2); size > 0 && steps.Length > 0; size /= 2)
        {
            for (var start = 0; start < steps.Length; start += size)
                yield return [.. steps[..start], .. steps[Math.Min(steps.Length, start + size)..]];
        }
    }
}
