namespace Parley.Server.Hooks;

/// <summary>When a text that was given to a harness has certainly stood before its model.</summary>
/// <remarks>That a hook ended well proves nothing: the person may interrupt the turn, and the provider may fail. What proves it is a later moment of
/// the same session that can only follow an answer of the model, because the request for that answer held the text.</remarks>
internal static class HookProof
{
    internal static bool Holds(HookMoment given, HookMoment later) => given switch
    {
        // The next request of the model comes after these, so anything that the model does proves it.
        HookMoment.SessionStart or HookMoment.Prompt or HookMoment.AfterTools or HookMoment.TurnEnd => later
            is HookMoment.BeforeTool or HookMoment.AfterTool or HookMoment.AfterTools or HookMoment.AsksPermission or HookMoment.TurnEnd,

        // Other tools of the same answer may still run, and their moments come before the next request. Only the end of the turn is certain.
        HookMoment.AfterTool or HookMoment.BeforeTool => later == HookMoment.TurnEnd,

        _ => false,
    };
}
