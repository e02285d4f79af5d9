using Parley.Server.Hooks;
using Xunit;

namespace Parley.Server.Tests.Hooks;

public sealed class HookProofTests
{
    /// <summary>Moments that can only follow an answer of the model.</summary>
    private static readonly HookMoment[] OfTheModel =
        [HookMoment.BeforeTool, HookMoment.AfterTool, HookMoment.AfterTools, HookMoment.TurnEnd, HookMoment.AsksPermission];

    [Theory]
    [InlineData(HookMoment.SessionStart)]
    [InlineData(HookMoment.Prompt)]
    [InlineData(HookMoment.AfterTools)]
    [InlineData(HookMoment.TurnEnd)]
    internal void Whatever_the_model_does_next_proves_what_was_given_before_its_request(HookMoment given) =>
        Assert.Equal(OfTheModel, Enum.GetValues<HookMoment>().Where(later => HookProof.Holds(given, later)));

    [Theory]
    [InlineData(HookMoment.AfterTool)]
    [InlineData(HookMoment.BeforeTool)]
    internal void Beside_other_tools_of_the_same_answer_only_the_end_of_the_turn_is_proof(HookMoment given) =>
        Assert.Equal([HookMoment.TurnEnd], Enum.GetValues<HookMoment>().Where(later => HookProof.Holds(given, later)));
}
