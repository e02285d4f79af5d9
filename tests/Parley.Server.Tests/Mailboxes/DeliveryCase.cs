using FsCheck;
using FsCheck.Fluent;
using Parley.Protocol;
using Parley.Server.Tests.Harness;

namespace Parley.Server.Tests.Mailboxes;

internal enum DeliveryVerb
{
    Claim,
    ClaimForConnection,
    Ack,
    Nack,
    NackAtOnce,
    NackLater,
    Extend,
    Surface,
    Pass,
    Expire,
    Disconnect,
    Delete,
    Supersede,
    Requeue,
    Purge,
    Move,
    DeleteAgent,
}

/// <summary>What a settling says of who it is.</summary>
internal enum SettledBy
{
    Lease,
    Nothing,
    AnotherLease,
    AnotherAgent,
    AnotherMessage,
}

/// <param name="Seconds">To pass.</param>
internal sealed record DeliveryStep(DeliveryVerb Verb, SettledBy By, int Seconds)
{
    public override string ToString() => $"{Verb}({By}, {Seconds})";
}

/// <summary>How a delivery begins, and what is done to it, whatever state it is in.</summary>
internal sealed record DeliveryCase(
    int MaxAttempts, int RetrySeconds, int AgingSeconds, Priority Priority, int LifeSeconds, int WaitSeconds, bool ToAConnection, DeliveryStep[] Steps)
{
    // What leads on is likelier than what ends.
    private static readonly (int, Gen<DeliveryVerb>)[] Verbs =
    [
        .. new[]
        {
            (8, DeliveryVerb.Claim), (4, DeliveryVerb.ClaimForConnection), (4, DeliveryVerb.Ack), (4, DeliveryVerb.Nack), (4, DeliveryVerb.NackAtOnce),
            (2, DeliveryVerb.NackLater), (2, DeliveryVerb.Extend), (1, DeliveryVerb.Surface), (6, DeliveryVerb.Pass), (1, DeliveryVerb.Expire),
            (2, DeliveryVerb.Disconnect), (1, DeliveryVerb.Delete), (1, DeliveryVerb.Supersede), (3, DeliveryVerb.Requeue), (1, DeliveryVerb.Purge),
            (2, DeliveryVerb.Move), (1, DeliveryVerb.DeleteAgent),
        }.Select(pair => (pair.Item1, Gen.Constant(pair.Item2))),
    ];

    private static readonly (int, Gen<SettledBy>)[] Settlers =
    [
        (12, Gen.Constant(SettledBy.Lease)), (3, Gen.Constant(SettledBy.Nothing)), (4, Gen.Constant(SettledBy.AnotherLease)),
        (1, Gen.Constant(SettledBy.AnotherAgent)), (1, Gen.Constant(SettledBy.AnotherMessage)),
    ];

    private static readonly Gen<DeliveryStep> Step =
        from verb in Gen.Frequency(Verbs)
        from settler in Gen.Frequency(Settlers)
        from seconds in Gen.Elements(1, 5, 30, 60)
        select new DeliveryStep(verb, settler, seconds);

    internal static Arbitrary<DeliveryCase> All { get; } = Arb.From(
        from attempts in Gen.Choose(1, 3)
        from retry in Gen.Elements(0, 5)
        from aging in Gen.Elements(0, 300)
        from priority in Gen.Choose(1, 4)
        from life in Gen.Elements(20, 20, 100, 86_400)
        from wait in Gen.Elements(0, 0, 0, 15)
        from connection in Gen.Elements(false, true)
        from steps in Step.ArrayOf()
        select new DeliveryCase(attempts, retry, aging, (Priority)priority, life, wait, connection, steps),
        @case => GeneratedCases.Shorter(@case.Steps).Select(steps => @case with { Steps = steps }));

    internal ProjectSettings Settings => new() { MaxAttempts = MaxAttempts, RetryDelaySeconds = RetrySeconds, PriorityAgingSeconds = AgingSeconds };

    public override string ToString() =>
        $"{MaxAttempts} attempts, again after {RetrySeconds} s, ageing {AgingSeconds} s, {Priority}, lives {LifeSeconds} s from {WaitSeconds} s on, " +
        $"{(ToAConnection ? "to a connection" : "to a mailbox")}: {string.Join(' ', Steps.Select(step => step.ToString()))}";
}
