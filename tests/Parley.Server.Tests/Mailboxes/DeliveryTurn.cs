using FsCheck;
using FsCheck.Fluent;
using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;

namespace Parley.Server.Tests.Mailboxes;

internal enum Deed
{
    Claim,
    Ack,
    Nack,
    Extend,
    Lapse,
    GiveBack,
    LoseReader,
    ComeDue,
    Expire,
    TakeBack,
    Prune,
    EndWithAgent,
    Requeue,
    Purge,
    Move,
}

/// <summary>One thing that is done to a delivery by the rules alone.</summary>
/// <param name="Lease">That a settling names.</param>
/// <param name="Passed">Milliseconds since the turn before.</param>
/// <param name="Delay">A nack's.</param>
internal sealed record DeliveryTurn(Deed Deed, long Lease, int Passed, bool IsGone, TimeSpan? Delay)
{
    internal static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(3);

    internal static readonly Gen<DeliveryTurn> Any =
        from deed in Gen.Elements(Enum.GetValues<Deed>())
        from lease in Gen.Choose(0, 3)
        from passed in Gen.Elements(0, 0, 1, 1_000, 1_000, 2_000, 5_000)
        from isGone in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
        from delay in Gen.Elements<TimeSpan?>(null, TimeSpan.Zero, TimeSpan.FromSeconds(2))
        select new DeliveryTurn(deed, lease, passed, isGone, delay);

    internal static EffectiveSettings Settings { get; } = EffectiveSettings.Of(
        new ProjectSettings { MaxAttempts = 3, MaxDisconnects = 6, RetryDelaySeconds = 5, MessageTtlSeconds = 60 }, new MessagingDefaults());

    internal long Now { get; init; }

    internal bool IsFailure => Deed is Deed.Nack or Deed.Lapse;

    internal DeliveryFacts Apply(in DeliveryFacts delivery)
    {
        var change = Deed switch
        {
            Deed.Claim => delivery.State == DeliveryState.Queued && !DeliveryRules.IsOver(delivery.ExpiresAt, Now)
                ? DeliveryChange.To(delivery with { State = DeliveryState.Leased, Lease = delivery.Lease + 1, LeaseUntil = DeliveryRules.LeaseUntil(LeaseTime, Now) })
                : DeliveryChange.None,
            Deed.Ack => Settles(SettleVerb.Ack, delivery) ? DeliveryRules.Acknowledge(delivery) : DeliveryChange.None,
            Deed.Nack => Settles(SettleVerb.Nack, delivery) ? DeliveryRules.Fail(delivery, IsGone, Settings, Delay, Now) : DeliveryChange.None,
            Deed.Extend => Settles(SettleVerb.Extend, delivery) ? DeliveryRules.Extend(delivery, LeaseTime, Now) : DeliveryChange.None,
            Deed.Lapse => DeliveryRules.HasLapsed(delivery, Now) ? DeliveryRules.Fail(delivery, IsGone, Settings, null, Now) : DeliveryChange.None,
            Deed.GiveBack => DeliveryRules.GiveBack(delivery, IsGone),
            Deed.LoseReader => DeliveryRules.LoseReader(delivery, IsGone, Settings, Now),
            Deed.ComeDue => DeliveryRules.ComeDue(delivery, Now),
            Deed.Expire => DeliveryRules.Expire(delivery, Now),
            Deed.TakeBack => DeliveryRules.TakeBack(delivery),
            Deed.Prune => DeliveryRules.Prune(delivery),
            Deed.EndWithAgent => DeliveryRules.EndWithAgent(delivery),
            Deed.Requeue => DeliveryRules.Requeue(delivery, IsGone, Settings, Now),
            Deed.Purge => DeliveryRules.Purge(delivery),
            Deed.Move => DeliveryRules.Move(delivery),
            _ => throw new InvalidOperationException($"Nobody does {Deed}."),
        };
        return change.Happens ? change.Delivery : delivery;
    }

    private bool Settles(SettleVerb verb, in DeliveryFacts delivery) => DeliveryRules.Settle(verb, Lease, delivery).Changes;
}
