from nltrade.cbs.tidy import load
from nltrade.ranking import rank_partners
from nltrade.trade import balance, growth, select, share, total
from nltrade.registry import claims as read_claims, eu_members
from nltrade.claims import check_claims
