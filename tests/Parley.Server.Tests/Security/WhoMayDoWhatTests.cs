using Parley.Protocol;
using Parley.Server.Security;
using Xunit;

namespace Parley.Server.Tests.Security;

public sealed class WhoMayDoWhatTests
{
    /// <summary>The table of the reference, written a second time: a slip of the hand in one of them shows.</summary>
    [Theory]
    [InlineData("ReadMessages", "Yes Yes Own No Yes")]
    [InlineData("ReadProject", "Yes Yes Yes No Yes")]
    [InlineData("Send", "Yes Own Own No No")]
    [InlineData("Settle", "Yes Own Own No No")]
    [InlineData("Connect", "Yes Own Own CreateOnly Own")]
    [InlineData("Register", "Yes Yes Own CreateOnly No")]
    [InlineData("DeleteAgent", "Yes Yes Own No No")]
    [InlineData("RotateToken", "Yes Yes Own No No")]
    [InlineData("DeleteMessage", "Yes Yes Own No No")]
    [InlineData("WriteSquads", "Yes Yes No No No")]
    [InlineData("WriteEvents", "Yes Yes Yes No No")]
    [InlineData("WriteExecutions", "Yes Yes Own No No")]
    [InlineData("ReadDeadLetters", "Yes Yes Own No Yes")]
    [InlineData("ManageDeadLetters", "Yes Yes No No No")]
    [InlineData("Oversee", "Yes Yes No No No")]
    [InlineData("ReadAdministration", "Yes Yes No No Yes")]
    [InlineData("Administer", "Yes No No No No")]
    [InlineData("Monitor", "Yes Yes No No Yes")]
    [InlineData("OpenTicket", "Yes Yes Yes No Yes")]
    public void The_table_is_that_of_the_reference(string permission, string row) =>
        Assert.Equal(row, string.Join(' ', Enum.GetValues<TokenKind>().Select(kind => WhoMayDoWhat.May(kind, Enum.Parse<Permission>(permission)))));

    [Fact]
    public void Every_permission_has_its_row()
    {
        foreach (var permission in Enum.GetValues<Permission>())
            WhoMayDoWhat.May(TokenKind.Admin, permission);
    }

    [Theory]
    [InlineData(TokenKind.Admin, "be-1 ada human")]
    [InlineData(TokenKind.Operator, "ada human")]
    [InlineData(TokenKind.Agent, "ada")]
    [InlineData(TokenKind.Join, "")]
    [InlineData(TokenKind.Observer, "")]
    public void A_caller_acts_as_its_own_agents_only(TokenKind kind, string agents)
    {
        var caller = new Caller { Kind = kind, TokenId = "t", AgentId = kind is TokenKind.Agent or TokenKind.Operator ? "ada" : null };

        Assert.Equal(agents, string.Join(' ', new[] { "be-1", "ada", "human" }.Where(caller.MayActAs)));
    }

    [Fact]
    public void An_observer_holds_the_operators_socket_and_no_other()
    {
        var caller = new Caller { Kind = TokenKind.Observer, TokenId = "t" };

        Assert.True(caller.May(Permission.Connect, "human"));
        Assert.False(caller.May(Permission.Connect, "be-1"));
        Assert.False(caller.May(Permission.Settle, "human"));
    }
}
