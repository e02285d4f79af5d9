namespace Parley.Server.Hooks;

internal enum HookVerb
{
    Nothing,

    /// <summary>Put a text before the model, with its next request.</summary>
    Add,

    /// <summary>Refuse a tool that the model has asked for. The text is what the model gets in place of its result.</summary>
    Refuse,

    /// <summary>Stop a prompt before the model is asked, which costs nothing.</summary>
    Block,
}

/// <summary>What a harness is to do.</summary>
/// <param name="Text">For the model, or, with <see cref="HookVerb.Block"/>, for the person.</param>
/// <param name="Given">The deliveries that the text has.</param>
internal readonly record struct HookAnswer(HookVerb Verb, string Text, IReadOnlyList<GivenDelivery> Given)
{
    internal static HookAnswer Nothing { get; } = new(HookVerb.Nothing, "", []);

    internal static HookAnswer Add(string text, IReadOnlyList<GivenDelivery> given) => new(HookVerb.Add, text, given);

    internal static HookAnswer Refuse(string text, IReadOnlyList<GivenDelivery> given) => new(HookVerb.Refuse, text, given);

    internal static HookAnswer Block(string reason) => new(HookVerb.Block, reason, []);
}
