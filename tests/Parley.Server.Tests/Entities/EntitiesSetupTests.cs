using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Squads;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Entities;

/// <summary>What comes from a kind's declaration.</summary>
public sealed class EntitiesSetupTests
{
    [Fact]
    public void Only_kinds_that_can_be_due_get_a_chore()
    {
        Assert.Null(SquadsConcept.Kind.Due);
        Assert.DoesNotContain(new ServiceCollection().AddEntities(SquadsConcept.Kind), service => service.ServiceType == typeof(IChore));
        Assert.Equal(
            typeof(DueEntities<Note>), Assert.Single(new ServiceCollection().AddEntities(Note.Kind), service => service.ServiceType == typeof(IChore)).ImplementationType);
    }
}
