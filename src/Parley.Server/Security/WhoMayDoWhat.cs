using System.Diagnostics;
using Parley.Protocol;
using static Parley.Server.Security.Access;

namespace Parley.Server.Security;

/// <summary>The table "Who may do what" of the reference; nothing else decides what a kind of token may do.</summary>
internal static class WhoMayDoWhat
{
    private static readonly Dictionary<Permission, Row> Table = new()
    {
        // In the order: admin, operator, agent, join, observer.
        [Permission.ReadMessages] = new Row(Yes, Yes, Own, No, Yes),
        [Permission.ReadProject] = new Row(Yes, Yes, Yes, No, Yes),
        [Permission.Send] = new Row(Yes, Own, Own, No, No),
        [Permission.Settle] = new Row(Yes, Own, Own, No, No),
        [Permission.Connect] = new Row(Yes, Own, Own, No, Own),
        [Permission.Register] = new Row(Yes, Yes, Own, CreateOnly, No),
        [Permission.DeleteAgent] = new Row(Yes, Yes, Own, No, No),
        [Permission.RotateToken] = new Row(Yes, Yes, Own, No, No),
        [Permission.DeleteMessage] = new Row(Yes, Yes, Own, No, No),
        [Permission.WriteSquads] = new Row(Yes, Yes, No, No, No),
        [Permission.WriteEvents] = new Row(Yes, Yes, Yes, No, No),
        [Permission.WriteExecutions] = new Row(Yes, Yes, Own, No, No),
        [Permission.ReadDeadLetters] = new Row(Yes, Yes, Own, No, Yes),
        [Permission.ManageDeadLetters] = new Row(Yes, Yes, No, No, No),
        [Permission.Oversee] = new Row(Yes, Yes, No, No, No),
        [Permission.ReadAdministration] = new Row(Yes, Yes, No, No, Yes),
        [Permission.Administer] = new Row(Yes, No, No, No, No),
        [Permission.Monitor] = new Row(Yes, Yes, No, No, Yes),
        [Permission.OpenTicket] = new Row(Yes, Yes, Yes, No, Yes),
    };

    public static Access May(TokenKind kind, Permission permission)
    {
        var row = Table[permission];
        return kind switch
        {
            TokenKind.Admin => row.Admin,
            TokenKind.Operator => row.Operator,
            TokenKind.Agent => row.Agent,
            TokenKind.Join => row.Join,
            TokenKind.Observer => row.Observer,
            var unknown => throw new UnreachableException($"No column for tokens of kind '{unknown}'."),
        };
    }

    private sealed record Row(Access Admin, Access Operator, Access Agent, Access Join, Access Observer);
}
